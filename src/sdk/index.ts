/** All that a plugin may import. */
export { destination, endpoint, html, secret, text, z } from './schema.ts';
export { defineObjectType } from './object-type.ts';
export type {
  ActionContext,
  ActionPolicy,
  AnyObjectType,
  Cause,
  EventView,
  ObjectChange,
  ObjectTypeDefinition,
  ObjectView,
  ReadyMade,
  Subject,
  TestContext,
  ViewContext,
} from './object-type.ts';
export { API_VERSION, definePlugin } from './plugin.ts';
export type {
  AnyPlugin,
  Discovery,
  Emit,
  Emission,
  Emitted,
  Health,
  NestMembers,
  ObjectRef,
  PluginContext,
  PluginDefinition,
  Started,
  Teardown,
} from './plugin.ts';
export {
  NoAnswerError,
  PermanentError,
  RetryableError,
  TargetGoneError,
  UnknownOutcomeError,
} from './errors.ts';
export type { Connect, ConnectRequest, Lookup } from './connect.ts';
export { defineExtensionPoint } from './extension.ts';
export type { ExtensionPoint, Extensions, Provide } from './extension.ts';
export { powerDriver } from './drivers/power-driver.ts';
export type {
  DiscoveredMachine,
  MachineReport,
  PowerAction,
  PowerDriver,
  PowerState,
} from './drivers/power-driver.ts';
export { accountDriver } from './drivers/account-driver.ts';
export type { AccountAction, AccountDriver, AccountState } from './drivers/account-driver.ts';
export { powerActions, powerSettings, readPower } from './drivers/machines.ts';
export { watchMachines } from './drivers/watch-machines.ts';
export { accountActions, accountSettings, keepAccounts, readAccount } from './drivers/accounts.ts';
export type { DriverTarget } from './drivers/driver-target.ts';
export { fillPlaceholders, placeholderProblem, targetValues } from './drivers/target-placeholders.ts';
export type { TargetValues } from './drivers/target-placeholders.ts';
export { networkProblem } from './network-problem.ts';
export type { DispatcherOptions, HttpClient, HttpRequest, HttpResponse } from './http.ts';
export { compileFilter } from './filter.ts';
export { FilterError } from './filter-error.ts';
export { inboundAuth } from './inbound-auth.ts';
export type { InboundAuth } from './inbound-auth.ts';
export type { InboundEvent, InboundRequest } from './inbound.ts';
export { createAxios } from './http-axios.ts';
export { causeHeader, formatCause, parseCause } from './cause-header.ts';
export { httpProblem } from './http-failure.ts';
export { headerProblem } from './http-headers.ts';
export type { RequestHandler } from './serving.ts';
export { redactHeaders, redactUrl } from './call-redaction.ts';
export type { RawHeaders } from './call-redaction.ts';
export { BodyCapture } from './captured-body.ts';
export type { CapturedBody } from './captured-body.ts';
export type { JsonObject, JsonValue } from './json.ts';
export type { Notice, NoticeKind } from './notice.ts';
export type { Logger } from './logger.ts';
export { excerpt } from './excerpt.ts';
export type { ExcerptOptions } from './excerpt.ts';
export { startProgram } from './programs/start-program.ts';
export type { Program, ProgramEnd, StartedProgram } from './programs/start-program.ts';
export { runProgram } from './programs/run-program.ts';
export type { ProgramResult, RunLimits } from './programs/run-program.ts';
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
