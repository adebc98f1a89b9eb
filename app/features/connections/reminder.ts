/** When a merchant wants to be reminded of rotating a secret, in days after it was set; 0 is never. */
export const STANDARD_REMINDER_DAYS = 90;

export const REMINDER_OPTIONS = [
  { value: "30", label: "after 30 days" },
  { value: "60", label: "after 60 days" },
  { value: "90", label: "after 90 days" },
  { value: "180", label: "after half a year" },
  { value: "365", label: "after a year" },
  { value: "0", label: "never" },
];
