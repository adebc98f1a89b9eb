import { useLocation } from "@remix-run/react";
import { useEffect, useRef } from "react";

/** Tells a screen reader which page has come, as a browser does when it loads one. */
export function RouteAnnouncer() {
  const { pathname } = useLocation();
  const region = useRef<HTMLDivElement>(null);
  const announced = useRef(pathname);
  useEffect(() => {
    if (announced.current === pathname || !region.current) return;
    announced.current = pathname;
    region.current.textContent = document.title;
  }, [pathname]);
  return <div ref={region} className="visually-hidden" aria-live="polite" />;
}
