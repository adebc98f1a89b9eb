/**
 * Shopify's three compliance topics (https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance). They come for
 * shops that are here, gone or unknown alike.
 */
import {
  closeCustomerErasure,
  closeShopErasure,
  eraseCustomer,
  eraseShop,
  openDataRequest,
  recordDataRequest,
} from "~/features/compliance/obligations.server";
import type { TopicHandler } from "../handler";

export const customersDataRequest: TopicHandler = {
  of: "any",
  prepare: recordDataRequest,
  handle: openDataRequest,
};

export const customersRedact: TopicHandler = {
  of: "any",
  prepare: eraseCustomer,
  handle: closeCustomerErasure,
};

export const shopRedact: TopicHandler = { of: "any", prepare: eraseShop, handle: closeShopErasure };
