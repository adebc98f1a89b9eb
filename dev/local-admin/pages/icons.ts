import { Html } from "./html";

const icon = (paths: string) =>
  new Html(
    `<svg class="icon" viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`,
  );

export const icons = {
  home: icon(
    '<path d="M3.5 9 10 3.5 16.5 9v6.5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1Z"/><path d="M8 16.5v-4h4v4"/>',
  ),
  orders: icon('<path d="M4 4.5h12v11H4Z"/><path d="M4 11h3l1 2h4l1-2h3"/>'),
  products: icon('<path d="M10.5 3.5h6v6l-7 7-6-6Z"/><circle cx="13.3" cy="6.7" r=".8"/>'),
  customers: icon(
    '<circle cx="10" cy="7" r="3"/><path d="M4.5 16.5c.6-3 2.7-4.5 5.5-4.500s4.9 1.5 5.5 4.5"/>',
  ),
  webhook: icon('<path d="m3.5 10 13-6.5-4 13-3-5Z"/><path d="m9.5 11.5 7-8"/>'),
  providers: icon(
    '<path d="M7 3.5v3M13 3.5v3"/><path d="M5 6.5h10V10a5 5 0 0 1-10 0Z"/><path d="M10 15v2"/>',
  ),
  menu: icon('<path d="M3.5 6h13M3.5 10h13M3.5 14h13"/>'),
  shop: icon(
    '<path d="M4 8.500V16h12V8.5"/><path d="M3 7l1.5-3.500h11L17 7c0 2-3.5 2-3.5 0 0 2-3.5 2-3.5 0 0 2-3.5 2-3.5 0C6.5 9 3 9 3 7Z"/>',
  ),
};
