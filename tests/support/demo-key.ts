/** Of the demos that tests start: what is seeded once for all of them is sealed with it. */
export const ENCRYPTION_KEY = `e2e:${Buffer.alloc(32, 7).toString("base64")}`;
