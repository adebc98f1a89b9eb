import { expect, it } from "vitest";
import { startLocalProviders } from "../../dev/local-providers/server";
import { localProviders } from "../support/local-providers";

it("the local providers answer under their own paths and nowhere else", async () => {
  const { origin, endpoints, mcpUrl } = await localProviders();
  const statusOf = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;
  expect(await statusOf(endpoints.googleToken, { method: "POST" })).toBe(400);
  expect(await statusOf(`${endpoints.ga4}/v1beta/properties/1/metadata`)).toBe(401);
  expect(await statusOf(`${endpoints.gsc}/webmasters/v3/sites`)).toBe(401);
  expect(await statusOf(`${endpoints.bing}/GetUserSites`)).toBe(400);
  expect(await statusOf(mcpUrl)).toBe(405);
  expect(await statusOf(`${origin}/`)).toBe(404);
});

it("starting the local providers fails with EADDRINUSE when the port is taken", async () => {
  const { origin } = await localProviders();
  await expect(startLocalProviders({ port: Number(new URL(origin).port) })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});
