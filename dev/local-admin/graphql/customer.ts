import { minorOfMoney, moneyOfMinor } from "../money";
import { legacyId, type ShopifyCustomer } from "../shopify-data";
import { connection, type PageArgs } from "./connection";
import type { QueryContext } from "./context";
import { orderSort, orderTotals, orderView } from "./order";

export function customerView(customer: ShopifyCustomer, context: QueryContext): object {
  const { data } = context;
  const orders = () => data.orders.filter((order) => order.customerId === customer.id);
  const displayName =
    [customer.firstName, customer.lastName].filter(Boolean).join(" ") || customer.email || "";
  return {
    __typename: "Customer",
    ...customer,
    legacyResourceId: legacyId(customer.id),
    displayName,
    locale: "en",
    note: null,
    state: "DISABLED",
    verifiedEmail: true,
    taxExempt: false,
    canDelete: false,
    dataSaleOptOut: false,
    defaultAddress: null,
    defaultEmailAddress: customer.email && {
      emailAddress: customer.email,
      marketingState: "NOT_SUBSCRIBED",
      validFormat: true,
    },
    defaultPhoneNumber: customer.phone && { phoneNumber: customer.phone, marketingState: "NOT_SUBSCRIBED" },
    amountSpent: () => {
      const spent = orders().filter((order) => !order.test && !order.cancelledAt);
      const minor = spent.reduce((sum, order) => sum + minorOfMoney(orderTotals(order).current), 0);
      return moneyOfMinor(minor, data.shop.currencyCode);
    },
    lastOrder: () => {
      const [latest] = orders().sort((a, b) => b.createdAt.localeCompare(a.createdAt));
      return latest ? orderView(latest, context) : null;
    },
    orders: (args: PageArgs & { sortKey?: string }) =>
      connection(
        {
          items: orders(),
          sortBy: orderSort(args.sortKey ?? "ID"),
          idOf: (order) => order.id,
          view: (order) => orderView(order, context),
        },
        args,
        context,
      ),
  };
}
