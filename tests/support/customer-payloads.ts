/** A customer, and what Shopify tells of her: ids as long as those of its documented samples. */
export const ANN = {
  id: "207119551",
  gid: "gid://shopify/Customer/207119551",
  email: "ann.lee@example.com",
  phone: "+49 30 5550 1234",
  order: "820982911946154508",
  orderGid: "gid://shopify/Order/820982911946154508",
  /** What must not be found anywhere once she is forgotten */
  traces: [
    ...[
      "ann.lee@example.com",
      "Ann",
      "Lee",
      "5550 1234",
      "55501234",
      "1Z5550",
      "Chestnut",
      "K2P0V6",
      "203.0.113.7",
      "engraved",
    ],
    ...["Ring twice"],
  ],
};

const address = `{"first_name":"Ann","last_name":"Lee","name":"Ann Lee","address1":"1 Chestnut Street","city":"Ottawa",
  "zip":"K2P0V6","phone":"030/55501234","country_code":"CA"}`;

export const order =
  `{"id":${ANN.order},"admin_graphql_api_id":"${ANN.orderGid}","name":"#1001","email":"Ann.Lee@Example.com"
  ,"phone":null,"note":"Ring twice","browser_ip":"203.0.113.7","currency":"EUR","total_price":"59.80",
  "created_at":"2026-11-16T13:00:00Z","updated_at":"2026-11-16T14:00:00Z","note_attributes":[{"name":"gift","value":"Ann"}],
  "customer":{"id":${ANN.id},"email":"ann.lee@example.com","first_name":"Ann","last_name":"Lee","note":"",
    "default_address":{"id":206179211,"city":"Ottawa"}},
  "shipping_address":${address},"billing_address":${address},
  "line_items":[{"id":466157049,"variant_id":43729076123456789,"sku":"MUG-1","quantity":2,"price":"29.90",
    "properties":[{"name":"engraved","value":"Ann"}]}]}`.replace(/\n\s*/g, "");

/** Only the order's id says whose it is. */
export const fulfillment =
  `{"id":255858046,"order_id":${ANN.order},"status":"success","tracking_number":"1Z5550","line_items":[
  {"sku":"MUG-1","quantity":2}]}`.replace(/\n\s*/g, "");

/** Another customer's: her id as a line's id, an address that ends like hers, a phone with other last digits. */
export const strangersOrder =
  `{"id":450789469,"admin_graphql_api_id":"gid://shopify/Order/450789469","name":"#1002",
  "email":"joann.lee@example.com","phone":"+49 30 5550 9999","total_price":"10.00",
  "customer":{"id":2071195510,"first_name":"Jo","last_name":"Vogt"},
  "line_items":[{"id":${ANN.id},"sku":"MUG-2","quantity":1}]}`.replace(/\n\s*/g, "");

export function dataRequest(shopDomain: string): string {
  return `{"shop_id":954889,"shop_domain":"${shopDomain}","orders_requested":[${ANN.order}],
    "customer":{"id":${ANN.id},"email":"${ANN.email}","phone":"${ANN.phone}"},"data_request":{"id":9999}}`;
}

export function customerRedact(shopDomain: string): string {
  return `{"shop_id":954889,"shop_domain":"${shopDomain}","orders_to_redact":[${ANN.order}],
    "customer":{"id":${ANN.id},"email":"${ANN.email}","phone":"${ANN.phone}"}}`;
}

export function shopRedact(shopDomain: string): string {
  return `{"shop_id":954889,"shop_domain":"${shopDomain}"}`;
}
