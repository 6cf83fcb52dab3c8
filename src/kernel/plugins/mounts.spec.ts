import { describe, expect, it } from '@jest/globals';
import { Mounts } from './mounts.ts';

const nothing = (): void => undefined;

describe('the paths that plugins serve', () => {
  it('lead to their plugin, and to no other path that begins alike', () => {
    const mounts = new Mounts();
    mounts.mount('route', '/gateway', nothing);
    for (const url of ['/gateway', '/gateway/', '/gateway/a?b', '/gateway?a']) {
      expect(mounts.find(url)).toEqual({ plugin: 'route', handler: nothing });
    }
    for (const url of ['/', '/gateways', '/gateway-2', '/GATEWAY', '/a/gateway', '//gateway']) {
      expect(mounts.find(url)).toBeUndefined();
    }
  });

  it.each([
    ['/api', 'belongs to Signalbox itself'],
    ['/api/gateway', 'belongs to Signalbox itself'],
    ['/health', 'belongs to Signalbox itself'],
    ['', 'must be a path'],
    ['/', 'must be a path'],
    ['gateway', 'must be a path'],
    ['/gateway/', 'must be a path'],
    ['/Gateway', 'must be a path'],
    ['/a/../api', 'must be a path'],
    ['/a%20b', 'must be a path'],
  ])('cannot be "%s"', (prefix, problem) => {
    expect(() => new Mounts().mount('route', prefix, nothing)).toThrow(problem);
  });

  it('are one plugin each', () => {
    const mounts = new Mounts();
    mounts.mount('route', '/gateway/a', nothing);
    for (const prefix of ['/gateway/a', '/gateway', '/gateway/a/b']) {
      expect(() => mounts.mount('dashboard', prefix, nothing)).toThrow(
        `"${prefix}" lies where plugin route serves "/gateway/a"`,
      );
    }
    mounts.mount('dashboard', '/gateway/b', nothing);
  });

  it('stay with a plugin that is down, and are its own again', () => {
    const mounts = new Mounts();
    const unmount = mounts.mount('route', '/gateway', nothing);
    unmount();
    expect(mounts.find('/gateway/a')).toEqual({ plugin: 'route' });
    expect(() => mounts.mount('dashboard', '/gateway', nothing)).toThrow('plugin route');
    mounts.mount('route', '/gateway', nothing);
    expect(mounts.find('/gateway/a')).toEqual({ plugin: 'route', handler: nothing });
  });
});
