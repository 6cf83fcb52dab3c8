import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../domain/errors.ts';
import { type LoadedConfig, loadConfig, type LoadOptions } from './load-config.ts';

let cwd: string;

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-config-')));
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function write(text: string, name = 'config/signalbox.yaml'): string {
  const file = join(cwd, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function load(options: Partial<LoadOptions> = {}): LoadedConfig {
  return loadConfig({ env: {}, cwd, ...options });
}

/** The lines of the error that loading fails with. */
function problems(options: Partial<LoadOptions> = {}): readonly string[] {
  try {
    load(options);
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'CONFIG_INVALID') {
      return error.message.split('\n').map((line) => line.trim());
    }
    throw error;
  }
  return [];
}

const whole = `
server: { port: 5000 }
plugins:
  - vm
  - use: ./my/heartbeat.ts
    settings: { everyMs: 10 }
tags:
  vms/gpu: GPU machines
  vms/cpu: { description: CPU machines }
  vms/none:
objects:
  vm/gpu-01: { name: GPU 01, tags: [vms/gpu] }
  vm/bare:
  webhook/slack-ops:
    enabled: false
    settings: { url: https://hooks.example.com/x, auth: { type: bearer, token: \${env:SLACK_TOKEN} } }
tasks:
  tell-slack:
    name: Tell Slack
    action: webhook.send
    target: { object: slack-ops }
    settings: { message: { text: "\${NAME} is on" } }
triggers:
  gpu-vm-on:
    event: vm.power_on
    tag: vms/gpu
    filter: { data.level: critical }
    task: tell-slack
`;

describe('loadConfig', () => {
  it('reads a whole file', () => {
    const file = write(whole);
    const loaded = load({ env: { SLACK_TOKEN: 'xoxb-1' } });
    expect(loaded.files).toEqual([file]);
    expect(loaded.dir).toBe(join(cwd, 'config'));
    expect(loaded.warnings).toEqual([]);
    expect(loaded.config.server).toEqual({ host: '127.0.0.1', port: 5000 });
    expect(loaded.config.plugins).toEqual([
      { use: 'vm' },
      { use: './my/heartbeat.ts', settings: { everyMs: 10 } },
    ]);
    expect(loaded.resources.map(({ input }) => input)).toEqual([
      { kind: 'tag', name: 'vms/gpu', description: 'GPU machines' },
      { kind: 'tag', name: 'vms/cpu', description: 'CPU machines' },
      { kind: 'tag', name: 'vms/none' },
      {
        kind: 'object',
        type: 'vm',
        key: 'gpu-01',
        name: 'GPU 01',
        enabled: true,
        tags: ['vms/gpu'],
        settings: {},
      },
      { kind: 'object', type: 'vm', key: 'bare', settings: {} },
      {
        kind: 'object',
        type: 'webhook',
        key: 'slack-ops',
        enabled: false,
        tags: [],
        settings: { url: 'https://hooks.example.com/x', auth: { type: 'bearer', token: 'xoxb-1' } },
      },
      {
        kind: 'task',
        id: 'tell-slack',
        name: 'Tell Slack',
        enabled: true,
        deleteAfterRunning: false,
        action: 'webhook.send',
        target: { object: 'slack-ops' },
        settings: { message: { text: '${NAME} is on' } },
      },
      {
        kind: 'trigger',
        id: 'gpu-vm-on',
        enabled: true,
        event: 'vm.power_on',
        tag: 'vms/gpu',
        filter: { 'data.level': 'critical' },
        task: 'tell-slack',
      },
    ]);
  });

  it('takes sections that are empty or commented out as left out', () => {
    write('server:\n#  port: 1\ntasks:\nobjects:\n');
    expect(load().config.server.port).toBe(4280);
    write('# nothing\n');
    expect(load().resources).toEqual([]);
  });

  describe('errors', () => {
    it('names file, line, column, path and what was expected, for every problem at once', () => {
      write(
        'server:\n  prot: 1\n  port: 70000\ntasks:\n  t: { action: webhook.send, target: {} }\nlog: { level: inf }\n',
      );
      expect(problems()).toEqual([
        '4 problems:',
        'config/signalbox.yaml:2:3 server.prot: unknown key (did you mean "port"?)',
        'config/signalbox.yaml:3:9 server.port: must be at most 65535, got 70000',
        'config/signalbox.yaml:5:30 tasks.t.target: must be either { object: KEY } or { tag: CATEGORY/NAME }',
        'config/signalbox.yaml:6:15 log.level: must be one of "debug", "info", "warn", "error", "silent" (did you mean "info"?), got "inf"',
      ]);
    });

    it('says it in one line when there is one problem', () => {
      write('sever: {}\n');
      expect(problems()).toEqual(['config/signalbox.yaml:1:1 sever: unknown key (did you mean "server"?)']);
    });

    it('places a missing key at the mapping that it is missing in', () => {
      write('triggers:\n  a:\n    event: vm.power_on\n');
      expect(problems()).toEqual(['config/signalbox.yaml:2:3 triggers.a.task: must be text, got nothing']);
    });

    it('refuses a trigger with an object and a tag', () => {
      write('triggers:\n  a: { event: vm.power_on, task: t, object: x, tag: a/b }\n');
      expect(problems()).toEqual([
        'config/signalbox.yaml:2:53 triggers.a.tag: must not have both an object and a tag',
      ]);
    });

    it('names keys that are not of the form that is wanted', () => {
      write(
        'objects:\n  gpu-01: {}\ntags:\n  gpu: x\ntasks:\n  "-x": { action: a.b, target: { tag: a/b } }\n',
      );
      expect(problems()).toEqual([
        '3 problems:',
        'config/signalbox.yaml:2:3 objects.gpu-01: must be TYPE/KEY, such as vm/gpu-01',
        'config/signalbox.yaml:4:3 tags.gpu: must be CATEGORY/NAME, such as vms/gpu',
        'config/signalbox.yaml:6:3 tasks.-x: must be letters, digits, ".", "_" and "-", with a letter or digit at both ends',
      ]);
    });

    it('places what is not YAML', () => {
      write('server:\n  port: 1\n  port: 2\n');
      expect(problems()).toEqual([
        'config/signalbox.yaml:3:3 this key stands here a second time; keep one of them',
      ]);
      write('- a\n');
      expect(problems()).toEqual(['config/signalbox.yaml:1:1 must be fields ("name: value"), got a list']);
    });

    it('reports missing variables together with what else is wrong', () => {
      write('server: { port: ${env:PORT}, host: 1 }\n');
      expect(problems()).toEqual([
        '2 problems:',
        'config/signalbox.yaml:1:17 server.port: the environment variable PORT is not set; set it, or write ${env:PORT:-default}',
        'config/signalbox.yaml:1:36 server.host: must be text, got 1',
      ]);
    });

    it('never shows what was substituted', () => {
      write(
        'server: { port: ${env:SECRET} }\nlog: { level: x-${env:SECRET} }\nstore: { url: ${env:SECRET} }\n',
      );
      const lines = problems({ env: { SECRET: 'correct horse battery staple' } });
      expect(lines).toHaveLength(4);
      expect(lines.join('\n')).not.toMatch(/correct|horse/);
      expect(lines[1]).toBe(
        'config/signalbox.yaml:1:17 server.port: must be a whole number, got ${env:SECRET}',
      );
    });

    it('fails when a file that was asked for is missing', () => {
      expect(problems({ file: 'nope.yaml' })).toEqual(['nope.yaml: there is no such file']);
      expect(problems({ env: { SIGNALBOX_CONFIG: 'nope.yaml' } })).toEqual([
        'nope.yaml: there is no such file',
      ]);
      expect(problems({ file: '.' })).toEqual([`${cwd}: there is no *.yaml in this folder`]);
    });
  });

  describe('without a file', () => {
    it('takes the built-in defaults and warns', () => {
      const loaded = load();
      expect(loaded.files).toEqual([]);
      expect(loaded.config).toEqual({
        server: { host: '127.0.0.1', port: 4280 },
        data: join(cwd, 'data'),
        store: { url: `sqlite:${join(cwd, 'data/signalbox.db')}` },
        secrets: { keyFile: join(cwd, 'data/secret.key') },
        retention: { days: 30, rows: 1_000_000 },
        plugins: expect.arrayContaining([{ use: 'vm' }, { use: 'webhook' }]),
        egress: { allow: [] },
        limits: {
          maxConcurrentRuns: 256,
          maxWaitingEvents: 10_000,
          ingestPatienceMs: 2_000,
          memoryRuns: 10_000,
          memoryRunsPerTarget: 2_000,
          maxDepth: 8,
          registeredObjects: 100_000,
          shutdownGraceMs: 5_000,
        },
        log: { level: 'info' },
      });
      expect(loaded.warnings).toEqual([expect.stringContaining('config/signalbox.yaml')]);
    });

    it('names the variable or option that is wrong', () => {
      const env = { SIGNALBOX_LOG_LEVEL: 'loud' };
      expect(problems({ env, overrides: { server: { port: 'x' } } })).toEqual([
        '2 problems:',
        'option --port server.port: must be a whole number, got "x"',
        expect.stringMatching(/^environment variable SIGNALBOX_LOG_LEVEL log.level: must be one of/),
      ]);
    });
  });

  describe('precedence', () => {
    it('puts the environment before the file, and the command line before both', () => {
      write('server: { port: 1, host: file }\nlog: { level: error }\n');
      const env = { SIGNALBOX_SERVER_PORT: '2', SIGNALBOX_SERVER_HOST: 'env', SIGNALBOX_LOG_LEVEL: '' };
      const { config } = load({ env, overrides: { server: { port: 3, host: undefined } } });
      expect(config.server).toEqual({ port: 3, host: 'env' });
      expect(config.log.level).toBe('error');
    });

    it('knows the short names, behind the long ones', () => {
      expect(load({ env: { SIGNALBOX_PORT: '1', SIGNALBOX_HOST: 'h' } }).config.server).toEqual({
        port: 1,
        host: 'h',
      });
      expect(load({ env: { SIGNALBOX_SERVER_PORT: '2', SIGNALBOX_PORT: '1' } }).config.server.port).toBe(2);
    });

    it('takes lists separated by commas', () => {
      const { config } = load({ env: { SIGNALBOX_EGRESS_ALLOW: '10.0.0.0/8, [fd00::/8]:443,' } });
      expect(config.egress.allow).toEqual(['10.0.0.0/8', '[fd00::/8]:443']);
    });

    it('judges the networks of the egress policy one by one', () => {
      write('egress:\n  allow: [10.0.0.0/8, 10.0.0.0/33, lan, "[::1]:8080"]\n');
      const lines = problems({ file: 'config/signalbox.yaml' });
      expect(lines).toEqual([
        '2 problems:',
        expect.stringMatching(/^config\/signalbox.yaml:2:23 egress.allow\[1\]: "10.0.0.0\/33" has a prefix/),
        expect.stringMatching(/^config\/signalbox.yaml:2:36 egress.allow\[2\]: "lan" must be an address/),
      ]);
    });

    it('warns about variables that mean nothing', () => {
      write('');
      const env = {
        SIGNALBOX_PROT: '1',
        SIGNALBOX_ADMIN_TOKEN: 'x',
        SIGNALBOX_TEST_POSTGRES: 'x',
        SIGNALBOX_LIMITS_MEMORY_RUNS: '5',
        OTHER: 'x',
      };
      const { warnings, config } = load({ env });
      expect(warnings).toEqual([
        'environment variable SIGNALBOX_PROT means nothing to Signalbox (did you mean "SIGNALBOX_PORT"?)',
      ]);
      expect(config.limits.memoryRuns).toBe(5);
    });
  });

  describe('values from outside', () => {
    it('makes numbers and booleans where they are wanted', () => {
      write(
        'server: { port: ${env:PORT} }\nobjects:\n  vm/a: { enabled: "${env:ON:-false}", name: ${env:DIGITS} }\n',
      );
      const { config, resources } = load({ env: { PORT: '8080', DIGITS: '0123' } });
      expect(config.server.port).toBe(8080);
      expect(resources[0]?.input).toMatchObject({ enabled: false, name: '0123' });
    });

    it('does not take a quoted number in the file for a number', () => {
      write('server: { port: "8080" }\n');
      expect(problems()).toEqual([
        'config/signalbox.yaml:1:17 server.port: must be a whole number, got "8080"',
      ]);
    });
  });

  describe('paths', () => {
    it('start at the folder of the file where the file says them', () => {
      write('data: ../var\nstore: { url: sqlite:events.db }\n', 'etc/signalbox.yaml');
      const { config } = load({ file: 'etc/signalbox.yaml' });
      expect(config.data).toBe(join(cwd, 'var'));
      expect(config.store.url).toBe(`sqlite:${join(cwd, 'etc/events.db')}`);
    });

    it('start at the working directory where the environment or the command line says them', () => {
      write('data: ../var\n', 'etc/signalbox.yaml');
      const file = 'etc/signalbox.yaml';
      expect(load({ file, env: { SIGNALBOX_DATA: 'x' } }).config.data).toBe(join(cwd, 'x'));
      expect(load({ file, overrides: { data: 'y' } }).config.data).toBe(join(cwd, 'y'));
      write('', file);
      expect(load({ file }).config.store.url).toBe(`sqlite:${join(cwd, 'data/signalbox.db')}`);
    });

    it('leave other store addresses as they are', () => {
      for (const url of ['postgresql://u:p@h/d', 'postgres://h/d', 'sqlite::memory:', 'sqlite:/abs/x.db']) {
        write(`store: { url: "${url}" }\n`);
        expect(load().config.store.url).toBe(url);
      }
      write('store: { url: "mysql://h/d" }\n');
      expect(problems()[0]).toMatch(/store.url: must be sqlite:FILE or postgresql:/);
    });
  });

  it('tells the place of any value', () => {
    write(whole);
    const { source } = load({ env: { SLACK_TOKEN: 'x', SIGNALBOX_PORT: '1' } });
    const file = 'config/signalbox.yaml';
    expect(source.locate(['objects', 'webhook/slack-ops', 'settings', 'url'])).toEqual({
      file,
      line: 16,
      column: 22,
    });
    expect(source.locate(['objects', 'webhook/slack-ops', 'settings', 'nope', 'x'])).toEqual({
      file,
      line: 16,
      column: 5,
    });
    expect(source.locate(['server', 'port'])).toBe('environment variable SIGNALBOX_PORT');
  });

  describe('several files', () => {
    it('are one configuration, a folder its *.yaml in the order of their names', () => {
      write('server: { port: 5000 }\nobjects: { vm/b: }\n', 'main.yaml');
      write('objects: { vm/c: }\ntags:\n', 'parts/20-c.yaml');
      write('objects: { vm/a: }\ntags: { vms/x: X }\n', 'parts/10-a.yml');
      write('nonsense: 1\n', 'parts/.hidden.yaml');
      write('nonsense: 1\n', 'parts/deeper/more.yaml');
      write('nonsense: 1\n', 'parts/notes.txt');
      const { config, files, resources } = load({ file: ['main.yaml', 'parts', 'parts/20-c.yaml'] });
      expect(config.server.port).toBe(5000);
      expect(files).toEqual(
        ['main.yaml', 'parts/10-a.yml', 'parts/20-c.yaml'].map((name) => join(cwd, name)),
      );
      expect(resources.map(({ path }) => path.join(' '))).toEqual([
        'tags vms/x',
        'objects vm/b',
        'objects vm/a',
        'objects vm/c',
      ]);
    });

    it('name each resource and each other section once; both places are told', () => {
      write('server: { port: 5000 }\nobjects:\n  vm/a:\n', 'a.yaml');
      write('objects:\n  vm/b:\n  vm/a: { name: A }\nserver: { host: "::" }\n', 'b.yaml');
      expect(problems({ file: ['a.yaml', 'b.yaml'] })).toEqual([
        '2 problems:',
        'b.yaml:3:3 objects.vm/a: stands in a.yaml:3 already; keep one of them',
        'b.yaml:4:1 server: stands in a.yaml:1 already; keep one of them',
      ]);
    });

    it('have their mistakes told with the right file, line and column', () => {
      write('objects:\n  vm/a: { nam: A }\n', 'a.yaml');
      write('# b\ntasks:\n  t: { action: vm.reset, target: {} }\n', 'b.yaml');
      write('[]\n', 'c.yaml');
      expect(problems({ file: ['c.yaml', 'b.yaml', 'a.yaml'] })).toEqual([
        '3 problems:',
        expect.stringMatching(/^a\.yaml:2:11 objects\.vm\/a\.nam: unknown key/),
        expect.stringMatching(/^b\.yaml:3:\d+ tasks\.t\.target: must be either/),
        'c.yaml:1:1 must have sections such as "objects:"',
      ]);
      write('objects: { vm/a: }\n  x: [', 'a.yaml');
      expect(problems({ file: ['b.yaml', 'a.yaml'] })).toEqual([
        expect.stringMatching(/^a\.yaml:2:\d+ not YAML/),
      ]);
    });

    it('each have their paths start at their own folder', () => {
      write('data: ./kept\nplugins: [./mine.ts]\n', 'one/a.yaml');
      write('tags: { x/y: "${file:text}" }\n', 'two/b.yaml');
      write('What it is for\n', 'two/text');
      const { config, dir, resources } = load({ file: ['two', 'one'] });
      expect(config.data).toBe(join(cwd, 'one/kept'));
      expect(dir).toBe(join(cwd, 'one'));
      expect(resources).toMatchObject([{ input: { description: 'What it is for' } }]);
    });
  });
});
