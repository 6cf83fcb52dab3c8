export const AUTH_OPTIONS = Symbol('AuthOptions');

export interface AuthOptions {
  /** `SIGNALBOX_ADMIN_TOKEN` of automated installs: a token that may do everything and is not stored. */
  readonly adminToken?: string | undefined;
}
