import { Migration } from '@mikro-orm/migrations';

export class Identity extends Migration {
  override up(): void {
    this.addSql(`alter table "token" add column "created_by" text null`);
    this.addSql(`alter table "token" add column "expires_at" bigint null`);
    this.addSql(`alter table "token" add column "last_used_at" bigint null`);
    this.addSql(`create table "local_user" (
      "name" text not null,
      "password_hash" text not null,
      "scopes" json not null,
      "enabled" boolean not null,
      "created_at" bigint not null,
      "updated_at" bigint not null,
      "last_login_at" bigint null,
      primary key ("name")
    )`);
    this.addSql(`create table "session" (
      "id" text not null,
      "user_name" text not null,
      "hash" text not null,
      "kind" text not null,
      "created_at" bigint not null,
      "last_used_at" bigint not null,
      "expires_at" bigint not null,
      primary key ("id")
    )`);
  }
}
