/** A browser's. Shopify's library takes anything else, "HeadlessChrome" included, for a bot and answers 410. */
export const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
