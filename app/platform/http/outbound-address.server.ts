/**
 * Which addresses a merchant may make this server talk to: only what is on the public internet. The list of special
 * ranges is ipaddr.js's (IANA's special-purpose registries); here is what that list leaves out.
 */
import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { OutboundError } from "./outbound-error.server";

export type Reach = {
  /** "public": https to public addresses. "operator": http and private addresses too, as the operator configured. */
  trust: "public" | "operator";
  /** For development: with "public" also loopback addresses, and http to 127/8, [::1] and localhost. */
  allowLoopback?: boolean;
};

/** Why `url` is refused before anything is resolved, or null. */
export function refusalOf(url: URL, reach: Reach): OutboundError | null {
  const refuse = (message: string) => new OutboundError("URL_REFUSED", message);
  if (!/^https?:$/.test(url.protocol)) return refuse("The address must start with https://.");
  if (url.username || url.password) return refuse("The address must not contain a user name or a password.");
  if (reach.trust === "operator") return null;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const loopbackHost = isIP(host) ? kindOf(host) === "loopback" : isLocalhost(host);
  if (host.endsWith(".")) return refuse("The host name must not end with a dot.");
  if (url.protocol === "http:" && !(reach.allowLoopback && loopbackHost))
    return refuse("The address must start with https://.");
  if (loopbackHost && reach.allowLoopback) return null;
  return (isIP(host) ? kindOf(host) === "public" : isPublicName(host)) ? null : addressRefused(url.hostname);
}

/**
 * A resolver whose every answer was checked. It runs inside the connection, so that the address that was checked is the
 * address that is connected: a name cannot point elsewhere in between. One private answer spoils the others.
 */
export function guardedLookup(reach: Reach, lookup: LookupFunction = systemLookup): LookupFunction {
  if (reach.trust === "operator") return lookup;
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, answer) => {
      if (error) return callback(error, []);
      const addresses = typeof answer === "string" ? [{ address: answer, family: isIP(answer) }] : answer;
      const first = addresses[0];
      if (!first || !addresses.every(({ address }) => mayConnect(hostname, address, reach)))
        return callback(addressRefused(hostname), []);
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
}

function mayConnect(hostname: string, address: string, { allowLoopback = false }: Reach): boolean {
  const kind = kindOf(address);
  // http is open to localhost, so what calls itself that must be it.
  if (isLocalhost(hostname)) return allowLoopback && kind === "loopback";
  return kind === "public" || (allowLoopback && kind === "loopback");
}

/** @param address in any spelling; what is no address is "private" */
export function kindOf(address: string): "public" | "loopback" | "private" {
  if (!isIP(address)) return "private";
  const ip = unmapped(ipaddr.parse(address));
  if (ip.range() === "loopback") return "loopback";
  return ip.range() === "unicast" && !isOverlooked(ip) ? "public" : "private";
}

type Address = ReturnType<typeof ipaddr.parse>;

/** The IPv4 address inside a mapped or NAT64 one. Behind DNS64 every IPv4 host has a NAT64 address: RFC 6052, 2.1. */
function unmapped(ip: Address): Address {
  if (ip.kind() === "ipv4") return ip;
  const carriesIpv4 = ["::ffff:0:0/96", "64:ff9b::/96"].some((range) => ip.match(ipaddr.parseCIDR(range)));
  return carriesIpv4 ? new ipaddr.IPv4(ip.toByteArray().slice(12)) : ip;
}

/** Unicast to ipaddr.js, yet not the internet. */
function isOverlooked(ip: Address): boolean {
  // Outside of 2000::/3 nothing is allocated, and ::7f00:1 was once a spelling of 127.0.0.1 (RFC 4291, 2.5.5.1).
  if (ip.kind() === "ipv6") return !ip.match(ipaddr.parseCIDR("2000::/3"));
  // Azure's host agent, on a public address: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  return ip.toString() === "168.63.129.16";
}

/** A name of the public tree: it has a dot, and does not end in one of the names that networks use for themselves. */
function isPublicName(host: string): boolean {
  return host.includes(".") && !/(^|\.)(localhost|local|internal|home\.arpa|localdomain|lan)$/.test(host);
}

function isLocalhost(host: string): boolean {
  return /(^|\.)localhost$/i.test(host);
}

function addressRefused(host: string): OutboundError {
  return new OutboundError(
    "ADDRESS_REFUSED",
    `${host} is not on the public internet, so Backroom does not connect to it.`,
  );
}
