import type { LoaderFunctionArgs } from "@remix-run/node";
import { forStore } from "~/features/stores/for-store.server";

// 404 no such page, inside the app's frame so that its navigation stays
export const loader = (args: LoaderFunctionArgs) =>
  forStore(args, async () => {
    throw new Response(null, { status: 404 });
  });

export default function NoSuchPage() {
  return null;
}
