import { useRevalidator } from "@remix-run/react";
import { useState } from "react";
import { actionSentence } from "~/components/error-sentences";
import { readFailure, referenceOf } from "~/components/failure";
import type { RequestLine } from "../compliance";

export type ReportFormat = "html" | "json";

/**
 * Fetches a report and hands it to the browser as a file. A plain link would carry no session token from inside the
 * admin's iframe; App Bridge adds one to what the page fetches.
 */
export function useReportDownload({ id, receivedAt }: Pick<RequestLine, "id" | "receivedAt">) {
  const [busy, setBusy] = useState<ReportFormat | null>(null);
  const [failed, setFailed] = useState<{ ok: false; message: string; reference: string | null } | null>(null);
  const { revalidate } = useRevalidator();

  async function start(format: ReportFormat) {
    setBusy(format);
    setFailed(null);
    try {
      const response = await fetch(`/app/settings/privacy/${id}/report?format=${format}`, { method: "POST" });
      if (!response.ok) throw response;
      save(await response.blob(), `customer-data-${receivedAt.slice(0, 10)}.${format}`);
      // The card says from now on that it was downloaded.
      revalidate();
    } catch (error) {
      const failure = await readFailure(error);
      const own = error instanceof Response ? OWN[error.status] : undefined;
      setFailed({ ok: false, message: own ?? actionSentence(failure), reference: referenceOf(failure) });
    } finally {
      setBusy(null);
    }
  }
  return { start, busy, failed };
}

const OWN: Partial<Record<number, string>> = {
  404: "There is no such request any more. Reload the page.",
  409: "This customer's data has been erased, so there is no report any more. Reload the page.",
  422: "The record of whom this request is about is damaged, so no report can be gathered. Send the reference to support.",
};

function save(blob: Blob, fileName: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  // The browser reads the file after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
