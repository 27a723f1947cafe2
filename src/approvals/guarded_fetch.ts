import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/*
 * A fetch that connects to public addresses only. The address is checked where the connection is made, so that a name
 * cannot point somewhere else between the check and the request.
 */

/** An address that messages must not go to; its own class, because trying again does not help. */
export class PrivateAddress extends Error {
  override name = 'PrivateAddress';
}

/** Networks that are not the internet: IANA's special-purpose registries, IPv4 and IPv6. */
const PRIVATE: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const blocked = new BlockList();
for (const [network, prefix, family] of PRIVATE) blocked.addSubnet(network, prefix, family);

/** Whether an IP address belongs to this machine, a local network or nobody. IPv4 inside IPv6 counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return blocked.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Whether a URL's host is this machine, by name or by address. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '', 0);
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => isPrivateAddress(address)))
      return done(new PrivateAddress('the name stands for an address that is not public'), '', 0);
    if (options.all === true) return done(null, addresses);
    done(null, first.address, first.family);
  });
};

/** A `fetch` that reaches public addresses only. The HTTP client is loaded with the first request. */
export function createGuardedFetch(): typeof globalThis.fetch {
  let client: Promise<typeof globalThis.fetch> | undefined;
  async function load(): Promise<typeof globalThis.fetch> {
    const { Agent, fetch } = await import('undici');
    const dispatcher = new Agent({ connect: { lookup: publicLookup } });
    const send = fetch as (url: URL, init: object) => Promise<Response>;
    return (url, init) => send(new URL(String(url)), { ...init, dispatcher });
  }
  return async (url, init) => {
    // An address in the URL itself is never looked up.
    const host = new URL(String(url)).hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && isPrivateAddress(host)) throw new PrivateAddress('the address is not public');
    return (await (client ??= load()))(url, init);
  };
}
