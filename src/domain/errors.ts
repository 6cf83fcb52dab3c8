/** Every error code that Signalbox answers with: HTTP status, title, and what to do. `docs/errors.md` lists them. */
export const errorCodes = {
  AUTH_REQUIRED: [401, 'Authentication required', 'Send `Authorization: Bearer <token>`.'],
  LOGIN_FAILED: [401, 'Login failed', 'Check the user name and the password.'],
  INBOUND_REFUSED: [
    401,
    'Not accepted',
    'Check the name in the address, whether its object is enabled, and the credential that it asks for.',
  ],
  FORBIDDEN: [403, 'Not allowed', 'Use a token with the scope that the message names.'],
  CSRF_REFUSED: [
    403,
    'Request may come from another site',
    'Send the header `signalbox-csrf: 1` with every change that a browser makes with its cookie.',
  ],
  SETUP_REQUIRED: [
    403,
    'Not set up yet',
    'Run `signalbox setup` with the setup token that the server printed at its start, or start the server with SIGNALBOX_ADMIN_TOKEN.',
  ],
  SETUP_REFUSED: [
    403,
    'Setup token not accepted',
    'Use the setup token that the last start of the server printed; each start makes a new one.',
  ],
  RATE_LIMITED: [429, 'Too many attempts', 'Try again after the seconds in `Retry-After`.'],
  NOT_FOUND: [404, 'Not found', 'Check the path and the id.'],
  METHOD_NOT_ALLOWED: [405, 'Method not allowed', 'Use one of the methods in the `Allow` header.'],
  CONFLICT: [409, 'Conflict', 'Choose another id or change the existing resource.'],
  AUDIT_KEPT: [409, 'Kept for good', 'Leave it: entries of the audit log are not deleted.'],
  IN_USE: [
    409,
    'Still in use',
    'Change or remove those in `usedBy` first, or delete with `?force=true`, which switches them off.',
  ],
  PRECONDITION_FAILED: [
    412,
    'Changed by somebody else meanwhile',
    'Get the resource again, look at what has changed, and send the change anew with the `ETag` of that answer in `If-Match`.',
  ],
  LAST_ADMIN: [
    409,
    'Nobody else could administer Signalbox',
    'Give the scope `admin` to another user first.',
  ],
  RUN_NOT_RETRYABLE: [
    409,
    'This run cannot be retried',
    'Only failed, held and cancelled runs can be retried.',
  ],
  RUN_NOT_CANCELLABLE: [409, 'This run cannot be cancelled', 'Only pending and held runs can be cancelled.'],
  RUN_NOT_ENDED: [
    409,
    'This run has not ended',
    'Only runs that have succeeded, failed or been cancelled can be deleted.',
  ],
  REQUEST_INVALID: [400, 'Request is not valid', 'Send a valid HTTP request for this address.'],
  REQUEST_TIMEOUT: [
    408,
    'Request took too long',
    'Send headers within 10 s and the whole request within 30 s.',
  ],
  HEADERS_TOO_LARGE: [431, 'Headers too large', 'Send at most 16 KiB of headers.'],
  BODY_TOO_LARGE: [
    413,
    'Body too large',
    'Send at most 256 KiB in one request, 1 MiB to `/api/ingest/:name`, 4 MiB to `/api/config/…`.',
  ],
  BATCH_TOO_LARGE: [
    413,
    'Too many events in one batch',
    'Send at most 1,000 events in one request; of one delivery to `/api/ingest/:name` at most 10,000 are made, of 16 MiB together.',
  ],
  UNSUPPORTED_MEDIA_TYPE: [
    415,
    'Media type not supported',
    'Send `application/json`, `application/cloudevents+json` or `application/cloudevents-batch+json`, not compressed.',
  ],
  BODY_INVALID: [400, 'Body is not usable', 'Send a JSON document of the form that the message describes.'],
  QUERY_INVALID: [400, 'Query parameter is not usable', 'Correct the parameter that the message names.'],
  EVENT_INVALID: [422, 'Event is not valid', 'Correct the field that the message names.'],
  EVENT_TYPE_UNKNOWN: [
    422,
    'Event type is not declared',
    'Use a type from `GET /api/types`, or load the plugin that declares it.',
  ],
  OBJECT_TYPE_UNKNOWN: [
    422,
    'Object type is not declared',
    'Use a type from `GET /api/types`, or load the plugin that declares it.',
  ],
  ACTION_UNKNOWN: [
    422,
    'Action is not declared',
    'Use an action from `GET /api/types`, or load the plugin that declares it.',
  ],
  SETTINGS_INVALID: [422, 'Settings are not valid', 'Correct the field that the message names.'],
  RESOURCE_INVALID: [422, 'Resource is not valid', 'Correct the field that the message names.'],
  TEMPLATE_INVALID: [
    422,
    'Message template is not valid',
    'Use `${NAME}`, `${DATE}`, `${TIMESTAMP}`, `${RANDOM}` or a path, as docs/messages.md has them.',
  ],
  FILTER_INVALID: [422, 'Filter is not valid', 'Use the operators that docs/filters.md lists.'],
  REFERENCE_MISSING: [
    422,
    'A resource that this one names does not exist',
    'Create it first, or correct the name.',
  ],
  EGRESS_DENIED: [
    422,
    'Address not allowed',
    'Use another address. A private network is reached once `egress.allow` in the configuration names it; docs/egress.md says which never are.',
  ],
  CONFIG_INVALID: [500, 'Configuration is not valid', 'Correct the place that the message names.'],
  SECRET_KEY_MISSING: [
    500,
    'The key of the secrets is not there',
    'Put the key back where the message says. docs/secrets.md says what to do when it is lost.',
  ],
  SECRET_KEY_WRONG: [
    500,
    'The key of the secrets is another one',
    'Put the right key where the message says. docs/secrets.md says what to do when it is lost.',
  ],
  SECRET_KEY_INVALID: [
    500,
    'The key of the secrets is not usable',
    'Correct what the message names; docs/secrets.md has the form of keys and key files.',
  ],
  SECRET_KEY_FIXED: [
    409,
    'Signalbox does not look after the key',
    'Change the key where it comes from, as the message says, and restart.',
  ],
  PLUGIN_INVALID: [500, 'Plugin cannot be loaded', 'Correct the plugin or its entry in the configuration.'],
  OVERLOADED: [
    503,
    'Too much at once',
    'Try again after the seconds in `Retry-After`; nothing of this request was stored.',
  ],
  STORAGE_UNAVAILABLE: [
    503,
    'Storage cannot be written',
    'Try again after the seconds in `Retry-After`; nothing of this request was stored.',
  ],
  PLUGIN_DOWN: [
    503,
    'Plugin does not run',
    'Try again after the seconds in `Retry-After`; `GET /api/plugins` says why it is down.',
  ],
  SHUTTING_DOWN: [
    503,
    'Shutting down',
    'Try again after the seconds in `Retry-After`; nothing of this request was stored.',
  ],
  INTERNAL: [500, 'Unexpected error', 'See the log of the server under the request id.'],
} as const satisfies Record<string, readonly [status: number, title: string, action: string]>;

export type ErrorCode = keyof typeof errorCodes;

/** Where in the input an error lies and what else belongs to it. */
export interface ErrorDetails extends ErrorOptions {
  /** Dotted path of the offending field, e.g. `settings.timeout`. */
  readonly field?: string;
  /** The problems found, the first 20, when there is more than one field. */
  readonly issues?: readonly FieldIssue[];
  /** Which of several inputs it is about, from 0. */
  readonly index?: number;
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
  /** Those for which it cannot be done, the first 100. */
  readonly usedBy?: readonly UserRef[];
}

/** A resource that names another one; the id of an object is `vm/gpu-01`. */
export interface UserRef {
  readonly kind: string;
  readonly id: string;
}

export interface FieldIssue {
  readonly field: string;
  readonly message: string;
}

/** An error with a stable code. The message names the subject and what is wrong with it. */
export class SignalboxError extends Error {
  override name = 'SignalboxError';
  readonly field: string | undefined;
  readonly issues: readonly FieldIssue[];
  readonly index: number | undefined;
  readonly retryAfter: number | undefined;
  readonly usedBy: readonly UserRef[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details);
    this.field = details.field;
    this.issues = details.issues ?? [];
    this.index = details.index;
    this.retryAfter = details.retryAfter;
    this.usedBy = details.usedBy ?? [];
  }

  /** The same error, said of one of several inputs. */
  at(index: number): SignalboxError {
    const { field, issues, retryAfter, usedBy, cause } = this;
    return new SignalboxError(this.code, this.message, {
      ...(field !== undefined && { field }),
      ...(retryAfter !== undefined && { retryAfter }),
      issues,
      usedBy,
      index,
      cause,
    });
  }

  get status(): number {
    return errorCodes[this.code][0];
  }
}
