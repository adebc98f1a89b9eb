/**
 * The rules that flag an order: their ids (OrderFlag.rule), what a merchant calls them, why they matter, and how grave
 * they are unless the order says otherwise. Sources: Shopify's risk analysis and the recipes that merchants share.
 */
import type { Severity } from "./order-flag";

type Rule = { name: string; why: string; severity: Severity };

const RULES = {
  RISK_HIGH: {
    name: "High fraud risk",
    why: "Shopify or a risk app advises against shipping this order. Check it before you capture or fulfil.",
    severity: "CRITICAL",
  },
  RISK_MEDIUM: {
    name: "Medium fraud risk",
    why: "Some signs of fraud were found. Look at them before you fulfil.",
    severity: "WARNING",
  },
  RISK_PENDING: {
    name: "Risk analysis pending",
    why: "The risk analysis has not finished an hour after the order. Wait for it before you fulfil.",
    severity: "INFO",
  },
  HIGH_VALUE: {
    name: "High value",
    why: "The order is worth more than your threshold. A mistake or a chargeback would be expensive.",
    severity: "INFO",
  },
  FIRST_ORDER_HIGH_VALUE: {
    name: "First order, high value",
    why: "A customer without earlier orders bought for more than your threshold, a common pattern of stolen cards.",
    severity: "WARNING",
  },
  ADDRESS_MISMATCH: {
    name: "Billing and shipping differ",
    why: "The billing address is not the shipping address. Often a gift, sometimes a stolen card.",
    severity: "WARNING",
  },
  ADDRESS_INVALID: {
    name: "Address looks wrong",
    why: "The shipping address could not be verified. Ask the customer before the parcel comes back.",
    severity: "WARNING",
  },
  LATE_FULFILMENT: {
    name: "Late fulfilment",
    why: "The order is paid and has waited longer than your threshold to be fulfilled.",
    severity: "CRITICAL",
  },
  PARTIAL_STALE: {
    name: "Partly fulfilled, then nothing",
    why: "A part has shipped and the rest has not moved for days.",
    severity: "WARNING",
  },
  DELIVERY_PROBLEM: {
    name: "Delivery problem",
    why: "The carrier reports a delay or a failed delivery, or the estimated day has passed.",
    severity: "CRITICAL",
  },
  UNPAID_AGING: {
    name: "Unpaid for days",
    why: "Payment is still open, or an authorisation is about to expire.",
    severity: "WARNING",
  },
  ON_HOLD_LONG: {
    name: "On hold for long",
    why: "Fulfilment has been on hold for days; the customer may be waiting without knowing.",
    severity: "WARNING",
  },
  HIGH_DISCOUNT: {
    name: "Large discount",
    why: "The discount is larger than your threshold. Codes may be stacking or shared.",
    severity: "WARNING",
  },
  MANY_REFUNDS: {
    name: "Many refunds",
    why: "This customer's orders are refunded often.",
    severity: "INFO",
  },
  RAPID_REPEAT: {
    name: "Several orders at once",
    why: "The same address or e-mail ordered several times within a day: card testing, or a double click.",
    severity: "WARNING",
  },
  NOTE_PRESENT: {
    name: "Customer left a note",
    why: "The customer wrote something with the order. Read it before you pack.",
    severity: "INFO",
  },
  OVERSOLD: {
    name: "Oversold",
    why: "The order holds more units of an item than are in stock.",
    severity: "CRITICAL",
  },
} as const satisfies Record<string, Rule>;

export type FlagRuleId = keyof typeof RULES;
export const FLAG_RULE_IDS = Object.keys(RULES) as FlagRuleId[];

/** A rule that this version does not know (a newer one wrote it) is shown by its id. */
export function flagRule(id: string): Rule {
  return isFlagRule(id) ? RULES[id] : { name: id, why: "", severity: "INFO" };
}

export function isFlagRule(id: string): id is FlagRuleId {
  return Object.hasOwn(RULES, id);
}
