import { respondJson } from "~/platform/http/respond.server";

// 200 the process answers. Says nothing of the database: a restart would not mend that.
export const loader = () => respondJson({ status: "ok" });
