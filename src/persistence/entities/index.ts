import { AttemptEntity } from './attempt.entity.ts';
import { AuditEntity } from './audit.entity.ts';
import { EventEntity } from './event.entity.ts';
import { LocalUserEntity } from './local-user.entity.ts';
import { MarkEntity } from './mark.entity.ts';
import { ObjectEntity } from './object.entity.ts';
import { ObjectStateEntity } from './object-state.entity.ts';
import { OutboxEntity } from './outbox.entity.ts';
import { ReadyMadeEntity } from './ready-made.entity.ts';
import { RunEntity } from './run.entity.ts';
import { SecretKeyEntity } from './secret-key.entity.ts';
import { SessionEntity } from './session.entity.ts';
import { TagEntity } from './tag.entity.ts';
import { TargetHealthEntity } from './target-health.entity.ts';
import { TaskEntity } from './task.entity.ts';
import { TokenEntity } from './token.entity.ts';
import { TriggerEntity } from './trigger.entity.ts';

/** Everything that is kept. */
export const entities = [
  AttemptEntity,
  AuditEntity,
  EventEntity,
  LocalUserEntity,
  MarkEntity,
  ObjectEntity,
  ObjectStateEntity,
  OutboxEntity,
  ReadyMadeEntity,
  RunEntity,
  SecretKeyEntity,
  SessionEntity,
  TagEntity,
  TargetHealthEntity,
  TaskEntity,
  TokenEntity,
  TriggerEntity,
];
