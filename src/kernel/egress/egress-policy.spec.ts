import { networkInterfaces } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { SignalboxError } from '../../domain/errors.ts';
import { createEgressPolicy, type EgressOptions } from './egress-policy.ts';

function judge(address: string, options: Partial<EgressOptions> & { port?: number; hostname?: string } = {}) {
  const { allow = [], own = [], port = 443, hostname = 'target.test' } = options;
  return createEgressPolicy({ allow, own }).judge({ address, port, hostname });
}

const everything = ['0.0.0.0/0', '::/0'];

describe('addresses without an allow list', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.1.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:82a::200e',
    '2001:4860:4860::8888',
  ])('lets %s be reached', (address) => {
    expect(judge(address)).toBeUndefined();
  });

  it.each([
    ['10.0.0.1', 'private network'],
    ['10.255.255.255', 'private network'],
    ['172.16.0.1', 'private network'],
    ['172.31.255.255', 'private network'],
    ['192.168.1.1', 'private network'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['100.127.255.255', 'carrier-grade NAT'],
    ['198.18.0.1', 'benchmarking'],
    ['fc00::1', 'private network'],
    ['fd12:3456::1', 'private network'],
  ])('denies %s: %s', (address, label) => {
    expect(judge(address)).toBe(`${label}, not in the allow list`);
    expect(judge(address, { allow: everything })).toBeUndefined();
  });
});

describe('addresses that no allow list opens', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['169.254.0.1', 'link-local'],
    ['169.254.169.254', 'metadata service'],
    ['100.100.100.200', 'metadata service'],
    ['192.0.0.192', 'metadata service'],
    ['168.63.129.16', 'metadata service'],
    ['fd00:ec2::254', 'metadata service'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['ff02::1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['192.0.0.8', 'reserved'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['2001:db8::1', 'documentation'],
    ['2001:20::1', 'reserved'],
    ['100::1', 'reserved'],
    ['64:ff9b:1::a00:1', 'reserved'],
    ['4000::1', 'reserved'],
  ])('denies %s: %s', (address, label) => {
    expect(judge(address, { allow: everything })).toBe(`${label}, always denied`);
  });

  it.each(['', 'localhost', '1.2.3', 'not an address'])('denies %j, which is no address', (address) => {
    expect(judge(address, { allow: everything })).toBe('not an IP address');
  });
});

describe('IPv4 addresses inside IPv6', () => {
  it.each([
    ['mapped', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:169.254.169.254'],
    ['mapped, in hexadecimal', '::ffff:a00:1', '::ffff:808:808', '::ffff:a9fe:a9fe'],
    ['compatible', '::10.0.0.1', '::8.8.8.8', '::169.254.169.254'],
    ['translated', '::ffff:0:a00:1', '::ffff:0:808:808', '::ffff:0:a9fe:a9fe'],
    ['NAT64', '64:ff9b::10.0.0.1', '64:ff9b::8.8.8.8', '64:ff9b::169.254.169.254'],
    ['6to4', '2002:a00:1::1', '2002:808:808::1', '2002:a9fe:a9fe::1'],
    [
      'the Teredo client',
      '2001:0:808:808::f5ff:fffe',
      '2001:0:808:808::f7f7:f7f7',
      '2001:0:808:808::5601:5601',
    ],
    [
      'the Teredo server',
      '2001:0:a00:1::f7f7:f7f7',
      '2001:0:808:808::f7f7:f7f7',
      '2001:0:a9fe:a9fe::f7f7:f7f7',
    ],
  ])('judges %s by the inner one', (_form, inner, outer, metadata) => {
    expect(judge(inner)).toBe('private network, not in the allow list');
    expect(judge(inner, { allow: ['10.0.0.0/8'] })).toBeUndefined();
    expect(judge(inner, { allow: ['::/0'] })).toBeDefined();
    expect(judge(outer)).toBeUndefined();
    expect(judge(metadata, { allow: everything })).toBe('metadata service, always denied');
  });

  it('finds the loopback address in disguise', () => {
    for (const address of ['::ffff:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::']) {
      expect(judge(address)).toBe('loopback, not in the allow list');
    }
  });
});

describe('the allow list', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.3', 443],
    ['10.1.2.3', '10.1.2.3', 443],
    ['192.168.1.10/32:8443', '192.168.1.10', 8443],
    ['192.168.1.10:8443', '192.168.1.10', 8443],
    ['127.0.0.0/8', '127.5.5.5', 80],
    ['fd00::/8', 'fd12::1', 443],
    ['fd12::1', 'fd12::1', 443],
    ['[fd00::/8]:443', 'fd12::1', 443],
    ['[fd00::]/8:443', 'fd12::1', 443],
    ['[::1]:8080', '::1', 8080],
    ['[::1]/128:8080', '::1', 8080],
    ['[::1]', '::1', 8080],
    [' 10.0.0.0/8 ', '10.0.0.1', 443],
  ])('opens with %j the address %s, port %i', (entry, address, port) => {
    expect(judge(address, { allow: [entry], port })).toBeUndefined();
  });

  it.each([
    ['10.0.0.0/16', '10.1.0.1', 443],
    ['10.1.2.3', '10.1.2.4', 443],
    ['192.168.1.10/32:8443', '192.168.1.10', 443],
    ['[fd00::/8]:443', 'fd12::1', 80],
    ['127.0.0.1/32', '::1', 80],
  ])('leaves with %j the address %s, port %i denied', (entry, address, port) => {
    expect(judge(address, { allow: [entry], port })).toBeDefined();
  });

  it.each([
    ['example.com', 'must be an address or a network'],
    ['10.0.0', 'must be an address or a network'],
    ['10.0.0.0/', 'must be an address or a network'],
    ['10.0.0.256', 'must be an address or a network'],
    ['fd00::/8:443:1', 'must be an address or a network'],
    ['10.0.0.0/33', 'has a prefix of more than 32 bits'],
    ['fd00::/129', 'has a prefix of more than 128 bits'],
    ['10.0.0.1:0', 'has a port outside of 1 to 65535'],
    ['10.0.0.1:65536', 'has a port outside of 1 to 65535'],
    ['', 'must be an address or a network'],
  ])('refuses the entry %j', (entry, problem) => {
    let refusal: unknown;
    try {
      createEgressPolicy({ allow: ['10.0.0.0/8', entry], own: [] });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(SignalboxError);
    expect(refusal).toMatchObject({
      code: 'CONFIG_INVALID',
      field: 'egress.allow[1]',
      message: expect.stringContaining(`egress.allow[1]: "${entry}" ${problem}`),
    });
  });
});

describe('endpoints of Signalbox itself', () => {
  const allow = everything;
  const own = 'an endpoint of Signalbox itself';

  it('are denied although the allow list names them, on their port only', () => {
    const options = { allow, own: [{ address: '192.168.1.5', port: 5432 }] };
    expect(judge('192.168.1.5', { ...options, port: 5432 })).toBe(own);
    expect(judge('::ffff:192.168.1.5', { ...options, port: 5432 })).toBe(own);
    expect(judge('192.168.1.5', { ...options, port: 443 })).toBeUndefined();
    expect(judge('192.168.1.6', { ...options, port: 5432 })).toBeUndefined();
  });

  it.each(['127.0.0.1', '::1', '[::1]', 'localhost'])(
    'on %s are denied on every loopback address',
    (address) => {
      const options = { allow, own: [{ address, port: 4280 }], port: 4280 };
      expect(judge('127.0.0.1', options)).toBe(own);
      expect(judge('127.0.0.2', options)).toBe(own);
      expect(judge('::1', options)).toBe(own);
      expect(judge('::ffff:127.0.0.1', options)).toBe(own);
      expect(judge('127.0.0.1', { ...options, port: 4281 })).toBeUndefined();
    },
  );

  it.each(['0.0.0.0', '::'])('on %s are denied on every address of this machine', (address) => {
    const options = { allow, own: [{ address, port: 4280 }], port: 4280 };
    const local = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    for (const entry of local.filter(({ family }) => family === 'IPv4')) {
      expect(judge(entry.address, options)).toBe(own);
    }
    expect(judge('127.0.0.1', options)).toBe(own);
    expect(judge('::1', options)).toBe(own);
    expect(judge('10.99.99.99', options)).toBeUndefined();
  });

  it('are denied by name', () => {
    const options = { own: [{ address: 'db.internal', port: 5432 }], port: 5432 };
    expect(judge('8.8.8.8', { ...options, hostname: 'DB.internal.' })).toBe(own);
    expect(judge('8.8.8.8', { ...options, hostname: 'other.internal' })).toBeUndefined();
  });

  it('may be added later', () => {
    const policy = createEgressPolicy({ allow, own: [] });
    const candidate = { address: '127.0.0.1', port: 4280, hostname: 'localhost' };
    expect(policy.judge(candidate)).toBeUndefined();
    policy.protect({ address: '127.0.0.1', port: 4280 });
    expect(policy.judge(candidate)).toBe(own);
  });
});

describe('URLs that someone wants to store', () => {
  const denied = 'the address is not allowed by the egress policy';
  const policy = createEgressPolicy({ allow: ['10.0.0.0/8:8443'], own: [] });

  it.each([
    'https://hooks.example.com/x',
    'http://8.8.8.8/',
    'http://10.0.0.1:8443/',
    'http://intranet/hook',
    'http://[2606:4700:4700::1111]/',
  ])('accepts %s', (url) => {
    expect(policy.checkUrl(url)).toBeUndefined();
  });

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'http://LOCALHOST:8080/',
    'http://localhost./',
    'http://api.localhost/',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://0/',
  ])('refuses %s', (url) => {
    expect(policy.checkUrl(url)).toBe(denied);
  });

  it('accepts localhost where one of its addresses is allowed', () => {
    const open = createEgressPolicy({ allow: ['127.0.0.0/8'], own: [{ address: '127.0.0.1', port: 4280 }] });
    expect(open.checkUrl('http://localhost:8080/')).toBeUndefined();
    expect(open.checkUrl('http://localhost:4280/')).toBe(denied);
  });

  it.each([
    ['nonsense', 'the URL cannot be parsed'],
    ['ftp://example.com', 'the URL must begin with http:// or https://, not ftp:'],
    ['http://me:pw@example.com', 'the URL must not contain user info (user:password@)'],
  ])('says what is wrong with %s', (url, problem) => {
    expect(policy.checkUrl(url)).toBe(problem);
  });
});

describe('a host and a port that someone wants to store', () => {
  const policy = createEgressPolicy({ allow: ['10.0.0.0/8:25', 'fd00::/8'], own: [] });

  it.each<[string, number]>([
    ['mail.example.com', 587],
    ['10.0.0.1', 25],
    ['fd00::1', 25],
    ['mailhost', 25],
  ])('are accepted: %s, port %i', (host, port) => {
    expect(policy.checkEndpoint({ host, port })).toBeUndefined();
  });

  it.each<[string, number]>([
    ['10.0.0.1', 587],
    ['127.0.0.1', 25],
    ['127.1', 25],
    ['0x7f000001', 25],
    ['::1', 25],
    ['::ffff:127.0.0.1', 25],
    ['Localhost', 25],
    ['169.254.169.254', 25],
  ])('are refused: %s, port %i', (host, port) => {
    expect(policy.checkEndpoint({ host, port })).toBe('the address is not allowed by the egress policy');
  });
});

describe('a URL of another protocol that someone wants to store', () => {
  const policy = createEgressPolicy({ allow: ['10.0.0.0/8:16514'], own: [] });

  it.each([
    'test:///default',
    'qemu:///system',
    'qemu+ssh://root@host-1.example.com/system',
    'qemu+tls://10.0.0.1/system',
    'qemu+tls://10.0.0.1:16514/system',
  ])('is accepted: %s', (url) => {
    expect(policy.checkForeignUrl(url)).toBeUndefined();
  });

  it.each([
    'qemu+tcp://10.0.0.1:16509/system',
    'qemu+ssh://root@169.254.169.254/system',
    'qemu+tls://192.168.1.4/system',
    'qemu+tls://[::1]/system',
    'qemu+tls://2130706433/system',
    'qemu+tls://localhost/system',
  ])('is refused: %s', (url) => {
    expect(policy.checkForeignUrl(url)).toBe('the address is not allowed by the egress policy');
  });
});
