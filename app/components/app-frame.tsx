import { useLocation, useNavigation } from "@remix-run/react";
import type { ReactNode } from "react";
import { AppNavigation } from "./app-navigation";
import { PageSkeleton } from "./page-skeleton";
import { PolarisProvider } from "./polaris-provider";
import { RouteAnnouncer } from "./route-announcer";
import { useSlow } from "./use-slow";

/** What surrounds every page of the app, its error pages included. */
export function AppFrame({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const navigation = useNavigation();
  const leaving = navigation.state === "loading" && navigation.location.pathname !== pathname;
  const slow = useSlow(leaving);
  return (
    <PolarisProvider>
      <AppNavigation />
      <RouteAnnouncer />
      <main aria-busy={navigation.state !== "idle"}>{slow ? <PageSkeleton /> : children}</main>
    </PolarisProvider>
  );
}
