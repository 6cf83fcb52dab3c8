import { RouteConfig } from '@nestjs/platform-fastify';

interface RouteWithConfig {
  readonly config?: unknown;
}

/** The route takes whole configurations. */
export const LargeBody = (): MethodDecorator => RouteConfig({ largeBody: true });

export function isLarge({ config }: RouteWithConfig): boolean {
  return typeof config === 'object' && config !== null && 'largeBody' in config && config.largeBody === true;
}
