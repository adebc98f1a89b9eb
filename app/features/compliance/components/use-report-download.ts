import { useRevalidator } from "@remix-run/react";
import { useState } from "react";
import type { RequestLine } from "../compliance";

/**
 * Fetches a report and hands it to the browser as a file. A plain link would carry no session token from inside the
 * admin's iframe; App Bridge adds one to what the page fetches.
 */
export function useReportDownload() {
  const [busy, setBusy] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const { revalidate } = useRevalidator();

  async function start({ id, receivedAt }: Pick<RequestLine, "id" | "receivedAt">) {
    setBusy(id);
    setTrouble(null);
    try {
      const response = await fetch(`/app/settings/privacy/${id}/report`, { method: "POST" });
      if (response.ok) save(await response.blob(), `customer-data-${receivedAt.slice(0, 10)}.json`);
      else setTrouble(response.status === 409 ? ERASED : FAILED);
    } catch {
      setTrouble(FAILED);
    } finally {
      setBusy(null);
      // Handing it out closes the request.
      revalidate();
    }
  }
  return { start, busy, trouble };
}

const ERASED = "This customer's data has been erased, so there is no report any more.";
const FAILED = "The report could not be gathered. Nothing was changed; try again in a minute.";

function save(blob: Blob, fileName: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  // The browser reads the file after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
