import type { Request, RequestHandler, Response } from "express";

/** Express 4 does not wait for a handler: what an asynchronous one throws goes to its error page by this way. */
export function handled(handler: (req: Request, res: Response) => Promise<unknown>): RequestHandler {
  return (req, res, next) => {
    handler(req, res).catch(next);
  };
}
