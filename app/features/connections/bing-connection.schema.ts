/** What a merchant enters to connect Bing Webmaster Tools. */
import { no, tidied, unwrapped, yes, type Parsed } from "./pasted";
import { parseUrl } from "~/platform/http/parse-url";

const SITE = "Enter the site's address as Bing lists it, such as https://www.example.com/.";

const LONGEST_ADDRESS = 2_048;

/** A site as Bing writes it: scheme, host, path, and a slash at the end of a bare host. */
export function parseBingSiteUrl(pasted: string): Parsed<string> {
  const text = tidied(pasted);
  if (!text) return no(SITE);
  if (/^sc-domain:/i.test(text)) return no(`“sc-domain:” is Google's way of naming a domain. ${SITE}`);
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  if (!url || !/^https?:$/.test(url.protocol) || !/[^.]\.[^.]/.test(url.hostname)) return no(SITE);
  if (url.username || url.password) return no(`Leave the user name and password out. ${SITE}`);
  if (url.href.length > LONGEST_ADDRESS) return no(`No site has so long an address. ${SITE}`);
  if (url.search || url.hash) return no(`Leave out everything from “?” or “#” on. ${SITE}`);
  return yes(url.href);
}

/** Bing's keys are 32 hexadecimal digits today; what is no key at all is refused, the rest is for Bing to judge. */
export function parseBingApiKey(pasted: string): Parsed<string> {
  const text = unwrapped(keyOfAddress(pasted) ?? pasted);
  if (!text) return no("Paste the API key: Bing Webmaster Tools > Settings > API access > API key.");
  if (/^https?:/i.test(text))
    return no("That is a web address. Paste the API key alone, without the address around it.");
  if (!/^[A-Za-z0-9_-]{16,128}$/.test(text))
    return no(
      "That is not an API key of Bing: a key is 32 letters and digits without spaces. Copy it again from Settings > API access.",
    );
  return yes(text);
}

/** Whoever pastes a whole example call means the key in it. */
function keyOfAddress(pasted: string): string | undefined {
  return /[?&]apikey=([^&\s"']+)/i.exec(pasted)?.[1];
}
