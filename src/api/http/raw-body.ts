import { RouteConfig } from '@nestjs/platform-fastify';

interface RouteWithConfig {
  readonly config?: unknown;
}

/** The route takes the body as it came, whatever its media type, as a Buffer; one without a body gets undefined. */
export const RawBody = (): MethodDecorator => RouteConfig({ rawBody: true });

export function isRaw({ config }: RouteWithConfig): boolean {
  return typeof config === 'object' && config !== null && 'rawBody' in config && config.rawBody === true;
}
