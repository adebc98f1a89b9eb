/** What merchants paste for Google's services, and a sentence for each way in which it is something else. */
import type { Parsed } from "./pasted";
import { parseUrl } from "~/platform/http/parse-url";

const WHERE =
  "Google Analytics shows it under Admin › Property settings › Property details, at the top right.";

/** A GA4 property's number: typed, as `properties/123`, or within the address of a page of Google Analytics. */
export function parsePropertyId(pasted: string): Parsed<string> {
  const text = pasted.trim();
  if (!text) return no(`Enter the property ID, a number like 123456789. ${WHERE}`);
  if (/\s/.test(text)) return no(`A property ID is one number without spaces. ${WHERE}`);
  const id = propertyNumberIn(text);
  if (/^0+$/.test(id)) return no(`0 is no property. ${WHERE}`);
  if (/^[1-9]\d{0,14}$/.test(id)) return { ok: true, value: id };
  const prefix = /^([a-z]{1,3})-/i.exec(text)?.[1]?.toUpperCase() ?? "";
  const other = OTHER_IDS[prefix];
  return no(
    `${other ? `${other}; the property ID is a number` : "A property ID is a number like 123456789"}. ${WHERE}`,
  );
}

const OTHER_IDS: Record<string, string> = {
  G: "An ID with G- is a measurement ID",
  GT: "An ID with GT- is a Google tag",
  AW: "An ID with AW- belongs to Google Ads",
  UA: "An ID with UA- is of Universal Analytics, which Google has switched off",
  GTM: "An ID with GTM- is a container of Tag Manager",
};

/** Addresses read https://analytics.google.com/analytics/web/#/a123p456/…, or #/p456/…; Universal ones have a w between. */
function propertyNumberIn(text: string): string {
  if (/^https:\/\/analytics\.google\.com\//i.test(text))
    return /#\/(?:a\d+)?p(\d+)(?:\/|$)/.exec(text)?.[1] ?? "";
  return text.replace(/^properties\//i, "");
}

const DOMAIN_PREFIX = /^sc-domain:/i;

/** A Search Console property in one of its two forms, as Google spells it. */
export function parseSiteUrl(pasted: string): Parsed<string> {
  const text = pasted.trim();
  if (!text) return no("Enter the property, as sc-domain:example.com or as https://www.example.com/.");
  if (/\s/.test(text)) return no("A Search Console property has no spaces in its name.");
  if (text.length > 2048) return no("No Search Console property has so long a name.");
  if (DOMAIN_PREFIX.test(text)) return parseDomainProperty(text.replace(DOMAIN_PREFIX, ""));
  if (/^https?:\/\//i.test(text)) return parseUrlPrefix(text);
  const host = text.includes("://") ? null : hostnameOf(text.split("/")[0] ?? "");
  if (!host) return no("A property reads sc-domain:example.com or https://www.example.com/.");
  return no(
    `Search Console has two kinds of property: sc-domain:${host.replace(/^www\./, "")} for the whole domain, or https://${host}/ for one address. Enter the one that you see there.`,
  );
}

function parseDomainProperty(domain: string): Parsed<string> {
  if (/[:/?#@]/.test(domain))
    return no(
      "After sc-domain: comes the bare domain, without https://, port or path, as in sc-domain:example.com.",
    );
  const host = hostnameOf(domain);
  return host
    ? { ok: true, value: `sc-domain:${host}` }
    : no("After sc-domain: comes a domain, as in sc-domain:example.com.");
}

function parseUrlPrefix(text: string): Parsed<string> {
  const url = parseUrl(text);
  if (!url || !hostnameOf(url.hostname))
    return no("This is no web address of a shop; a property reads https://www.example.com/.");
  if (url.username || url.password || url.search || url.hash)
    return no("A property is an address without ?, # and sign-in, as in https://www.example.com/.");
  // URL writes hosts as Google does: lower case, international names in punycode, and a slash after a bare origin.
  return { ok: true, value: url.href };
}

/** The domain in lower case and punycode; null when it is no public domain's name. */
function hostnameOf(text: string): string | null {
  const host = parseUrl(`https://${text}`)?.hostname ?? "";
  return /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}$/.test(host)
    ? host
    : null;
}

function no(sentence: string): { ok: false; sentence: string } {
  return { ok: false, sentence };
}
