import { describe, expect, it, jest } from '@jest/globals';
import { commandLine } from '../../test/support/command-line.ts';
import { SignalboxError } from '../domain/errors.ts';

describe('signalbox', () => {
  it('prints its version', async () => {
    expect(await commandLine(['--version'])).toEqual({ code: 0, out: ['1.2.3'], err: [] });
  });

  it('shows help with examples', async () => {
    const { code, out } = await commandLine(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('Examples:');
  });

  it('shows help and fails when it is not told what to do', async () => {
    const { code, err } = await commandLine([]);
    expect(code).toBe(2);
    expect(err.join('\n')).toContain('Usage: signalbox');
  });

  it.each<[string[], string]>([
    [['strat'], 'Did you mean start?'],
    [['start', '--prot', '1'], "unknown option '--prot'"],
    [['start', '--port', '70000'], 'A port is a number from 0 to 65535.'],
    [['start', '--port', '1e3'], 'A port is a number from 0 to 65535.'],
    [['emit'], "missing required argument 'type'"],
    [['emit', 'a.b', '--data', '{x}'], 'It is not JSON'],
    [['emit', 'a.b', '--url', 'ftp://x'], '"ftp://x" is not an http or https address.'],
    [['emit', 'a.b', 'c'], 'too many arguments'],
    [['explain'], 'either the id of an event or --type is needed'],
    [['explain', 'id', '--type', 'a.b'], 'either the id of an event or --type is needed'],
    [['runs', '--state', 'failed,done'], '"done" is not a state; states are pending, running'],
    [['runs', '--limit', '0'], 'It is a number from 1 on.'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, err } = await commandLine(args);
    expect(code).toBe(2);
    expect(err.join('\n')).toContain(message);
  });
});

describe('start and demo', () => {
  it('hand over what the command line says, and only that', async () => {
    const start = jest.fn(() => Promise.resolve());
    const demo = jest.fn(() => Promise.resolve());
    await commandLine(['start'], { start });
    await commandLine(['start', '--config', 'a.yaml', '--data', 'd', '--port', '0', '--host', '::1'], {
      start,
    });
    await commandLine(['demo', '--once', '--port', '4281'], { demo });
    expect(start.mock.calls).toEqual([[{}], [{ config: ['a.yaml'], data: 'd', port: 0, host: '::1' }]]);
    expect(demo.mock.calls).toEqual([[{ once: true, port: 4281 }]]);
  });

  it('tell what is wrong, where, and what to do', async () => {
    const error = new SignalboxError('CONFIG_INVALID', 'signalbox.yaml:3: server.port must be a number', {
      issues: [{ field: 'server.port', message: 'must be a number' }],
    });
    const { code, err } = await commandLine(['start'], { start: () => Promise.reject(error) });
    expect(code).toBe(1);
    expect(err).toEqual([
      'error CONFIG_INVALID: signalbox.yaml:3: server.port must be a number',
      '  server.port: must be a number',
      'what to do: Correct the place that the message names.',
    ]);
  });

  it('tell every problem of a configuration once, each in its own line', async () => {
    const issues = [
      { field: 'a', message: 'is wrong' },
      { field: 'b', message: 'is wrong' },
    ];
    const many = new SignalboxError(
      'CONFIG_INVALID',
      '2 problems:\n  s.yaml:1:1 a: is wrong\n  s.yaml:2:1 b: is wrong',
      {
        issues,
      },
    );
    expect((await commandLine(['start'], { start: () => Promise.reject(many) })).err).toEqual([
      'error CONFIG_INVALID: 2 problems:',
      '  s.yaml:1:1 a: is wrong',
      '  s.yaml:2:1 b: is wrong',
      'what to do: Correct the place that the message names.',
    ]);
    const one = new SignalboxError('CONFIG_INVALID', 's.yaml:1:1 a: is wrong', {
      issues: issues.slice(0, 1),
    });
    expect((await commandLine(['start'], { start: () => Promise.reject(one) })).err).toEqual([
      'error CONFIG_INVALID: s.yaml:1:1 a: is wrong',
      'what to do: Correct the place that the message names.',
    ]);
  });

  it('show where an error that nobody foresaw comes from', async () => {
    const { code, err } = await commandLine(['start'], { start: () => Promise.reject(new Error('boom')) });
    expect(code).toBe(1);
    expect(err[0]).toBe('error: boom');
    expect(err.join('\n')).toContain('program.spec.ts');
  });
});
