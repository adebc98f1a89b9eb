// `node --import ./prisma/register-ts-loader.mjs prisma/seed.ts`: TypeScript without a --loader flag, and so
// without Node's experimental warning.
import { register } from "tsx/esm/api";

register();
