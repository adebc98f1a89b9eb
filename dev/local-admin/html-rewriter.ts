import { StringDecoder } from "node:string_decoder";
import { Transform } from "node:stream";

const CDN = "https://cdn.shopify.com";

/**
 * Rewrites the addresses of Shopify's CDN inside tags while a document streams by: App Bridge becomes the local stand-in,
 * any other script or style sheet becomes empty. Only attributes change, so that React still recognises its markup.
 */
export function htmlRewriter(adminOrigin: string): Transform {
  const decoder = new StringDecoder("utf8");
  let held = "";
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held += decoder.write(chunk);
      // A tag may be cut by the end of a chunk: what follows the last complete one waits for the next.
      const end = held.lastIndexOf(">") + 1;
      const complete = held.slice(0, end);
      held = held.slice(end);
      done(null, rewrite(complete, adminOrigin));
    },
    flush(done) {
      done(null, rewrite(held + decoder.end(), adminOrigin));
    },
  });
}

function rewrite(html: string, adminOrigin: string): string {
  if (!html.includes(CDN)) return html;
  return html.replace(/<(script|link)\b[^>]*>/g, (tag) =>
    tag
      .replaceAll(`"${CDN}/shopifycloud/app-bridge.js"`, `"${adminOrigin}/app-bridge.js"`)
      .replace(/\bsrc="https:\/\/cdn\.shopify\.com[^"]*"/, 'src="data:text/javascript,"')
      .replace(/\bhref="https:\/\/cdn\.shopify\.com[^"]*"/, 'href="data:text/css,"'),
  );
}
