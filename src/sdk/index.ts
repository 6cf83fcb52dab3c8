/** All that a plugin may import. */
export { secret, z } from './schema.ts';
export { defineObjectType } from './object-type.ts';
export type {
  ActionContext,
  ActionPolicy,
  AnyObjectType,
  EventView,
  ObjectView,
  TestContext,
} from './object-type.ts';
export { API_VERSION, definePlugin } from './plugin.ts';
export type {
  AnyPlugin,
  Emit,
  Emission,
  Emitted,
  Health,
  NestMembers,
  PluginContext,
  Started,
  Teardown,
} from './plugin.ts';
export { PermanentError, RetryableError, TargetGoneError, UnknownOutcomeError } from './errors.ts';
export type { HttpClient, HttpRequest, HttpResponse } from './http.ts';
export { createAxios } from './http-axios.ts';
export { headerProblem } from './http-headers.ts';
export type { JsonObject, JsonValue } from './json.ts';
export type { Logger } from './logger.ts';
