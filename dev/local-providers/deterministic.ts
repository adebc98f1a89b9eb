/** From 0 up to 1, the same for the same words on every machine (FNV-1a, and a last stir): figures that look grown. */
export function unitOf(...words: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const char of words.join("|")) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** Paths of a shop, as many as it has when nobody says which. */
export const SHOP_PATHS = [
  "/",
  "/collections/all",
  "/pages/about",
  ...["wool", "linen", "cotton", "cedar", "copper", "clay", "oak", "slate"].flatMap((material) =>
    ["blanket", "mug", "lamp", "bowl", "throw", "stool", "tray", "vase"].map(
      (thing) => `/products/${material}-${thing}`,
    ),
  ),
];
