/** When a merchant wants to be reminded of rotating a secret, in days after it was set; 0 is never. */
export const REMINDER_DAYS = { choices: [30, 60, 90, 180, 365, 0], standard: 90 };

export const REMINDER_LABELS: Record<number, string> = {
  30: "after 30 days",
  60: "after 60 days",
  90: "after 90 days",
  180: "after half a year",
  365: "after a year",
  0: "never",
};
