import { hear, tell } from "./channel";

type ToastOptions = {
  duration?: number;
  isError?: boolean;
  action?: string;
  onAction?: () => void;
  onDismiss?: () => void;
};

const open = new Map<string, ToastOptions>();
let ids = 0;

export const toast = {
  show(message: string, options: ToastOptions = {}): string {
    const id = `toast-${++ids}`;
    open.set(id, options);
    const { duration = 5000, isError = false, action = null } = options;
    tell({ kind: "toast", id, message, isError, duration, action });
    return id;
  },
  hide(id: string) {
    tell({ kind: "toast-hide", id });
  },
};

export function watchToasts() {
  hear((message) => {
    if (message.kind !== "toast-closed") return;
    const options = open.get(message.id);
    open.delete(message.id);
    if (message.action) options?.onAction?.();
    else options?.onDismiss?.();
  });
}
