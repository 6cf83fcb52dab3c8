export const AUTH_OPTIONS = Symbol('AuthOptions');

export interface AuthOptions {
  /** `SIGNALBOX_ADMIN_TOKEN` of automated installs: a token that may do everything and is not stored. */
  readonly adminToken?: string | undefined;
  /** Where the setup token is left for those who may read the data folder. Default: nowhere. */
  readonly setupFile?: string | undefined;
}
