/** Conversations worth reading. {first} is the customer's first name, {order} the order's name. */
import type { Rows } from "./rows";

export type Decision =
  | { outcome: "undecided" }
  | { outcome: "approved"; afterHours: number; feedback?: string; scored?: boolean }
  | { outcome: "edited"; afterHours: number; edit: string; feedback?: string; scored?: boolean }
  | { outcome: "rejected"; afterHours: number; feedback: string; scored?: boolean };

export type Message =
  | { kind: "CUSTOMER" | "NOTE" | "HUMAN"; hours: number; body: string }
  | { kind: "AI_DRAFT"; hours: number; body: string; decision: Decision };

export type Thread = {
  subject: string;
  channel: Rows["Ticket"]["channel"];
  status: Rows["Ticket"]["status"];
  priority: Rows["Ticket"]["priority"];
  /** A recent order with this SKU is what it is about; none for people who only ask */
  sku?: string;
  hoursAgo: number;
  tags: string[];
  assignee?: "Nora Whitfield" | "Ben Ashdown";
  messages: Message[];
};

/** `hours` count from the first message. */
const customer = (hours: number, body: string): Message => ({ kind: "CUSTOMER", hours, body });
const human = (hours: number, body: string): Message => ({ kind: "HUMAN", hours, body });
const note = (hours: number, body: string): Message => ({ kind: "NOTE", hours, body });
const draft = (hours: number, body: string, decision: Decision = { outcome: "undecided" }): Message => ({
  kind: "AI_DRAFT",
  hours,
  body,
  decision,
});

export const THREADS: Thread[] = [
  {
    subject: "Lantern arrived with a cracked globe",
    channel: "CONTACT_FORM",
    status: "OPEN",
    priority: "HIGH",
    sku: "LLC-LNT-BRS",
    hoursAgo: 3,
    tags: ["damaged"],
    messages: [
      customer(
        0,
        "Hello, {order} came today and the brass lantern itself is lovely, but the glass has a crack from the rim almost to the bottom. I have photographs if you need them. We were hoping to use it on Saturday. Is there any way to get a new globe by then?",
      ),
      draft(
        0.02,
        "Hi {first},\n\nI'm sorry the globe of your lantern cracked on its way to you. No need to send anything back: I'll post a spare globe today, and it should reach you before Saturday.\n\nIf you have a moment, a photograph of the box would help us talk to the carrier.\n\nFernhill Supply",
      ),
    ],
  },
  {
    subject: "Where is my grinder?",
    channel: "EMAIL",
    status: "OPEN",
    priority: "URGENT",
    sku: "KAC-GRN-02",
    hoursAgo: 26,
    tags: ["delivery", "out-of-stock"],
    assignee: "Ben Ashdown",
    messages: [
      customer(
        0,
        "Ordered the hand grinder in {order} over a week ago and it still says preparing. Your page says it ships in two days. What's going on?",
      ),
      human(
        2.5,
        "Hi {first}, you are right to ask. We sold more grinders than we had, and the next sixty are on their way from Kettle & Cairn, due next Friday. I can hold yours from that batch, or refund you today. Which would you like? Sorry that you had to write first. Ben",
      ),
      customer(
        22,
        "Next Friday is my sister's birthday so that's cutting it fine. Could you send it straight to her instead? Address is 41 Quarry Road, Ithaca NY 14850. And please not a refund email to her!",
      ),
      draft(
        22.02,
        "Hi {first},\n\nOf course. I have noted 41 Quarry Road, Ithaca NY 14850 as the delivery address and asked for no paperwork in the parcel. The grinders reach us next Friday, so it will leave that afternoon and arrive on Saturday at the earliest, one day after the birthday. If that spoils it, I can refund you now.\n\nBen",
      ),
      note(22.6, "Ask K&C whether five can come ahead by air. Ben"),
    ],
  },
  {
    subject: "Wholesale prices for a small café?",
    channel: "EMAIL",
    status: "OPEN",
    priority: "NORMAL",
    hoursAgo: 17,
    tags: ["wholesale"],
    messages: [
      customer(
        0,
        "Good evening! We are opening a twenty-seat café in Hudson in January and fell for your enamel mugs, especially Midnight. Do you have a price list for sixty or so, and can they go through a commercial dishwasher day in, day out?\n\nWarm regards",
      ),
      draft(
        0.02,
        "Hello,\n\nCongratulations on the café! Sixty mugs would come as five crates of twelve at $132.00 each. The enamel survives a dishwasher, but at commercial temperatures the rims can dull after a year or so; several cafés use them that way and like the look.\n\nShall I put a crate aside while you decide on colours?\n\nFernhill Supply",
      ),
    ],
  },
  {
    subject: "Please change my address, I moved!!",
    channel: "CONTACT_FORM",
    status: "OPEN",
    priority: "URGENT",
    sku: "ASH-TRL-12",
    hoursAgo: 1.2,
    tags: ["address"],
    messages: [
      customer(
        0,
        "I JUST placed {order} and autofill put in my old apartment. New one is 230 Willow Bend, same city and zip. Please please catch it before it ships.",
      ),
    ],
  },
  {
    subject: "Socks: are they itchy?",
    channel: "CONTACT_FORM",
    status: "OPEN",
    priority: "LOW",
    hoursAgo: 41,
    tags: ["question"],
    messages: [
      customer(
        0,
        "Hi, thinking about the bed socks for my dad, who complains about every wool sweater he owns. Are they the scratchy kind? He takes a size 13, if that matters.",
      ),
      draft(
        0.02,
        "Hi,\n\nThe bed socks are lambswool with a terry inside, so what touches the skin is soft; most people who find sweaters scratchy are fine with them. For a size 13 choose L/XL. If he disagrees, send them back within 60 days, even worn once.\n\nFernhill Supply",
      ),
      note(14, "L/XL is out until the Tarn order comes in. Mention that before sending. Nora"),
    ],
  },
  {
    subject: "Discount code did not work",
    channel: "EMAIL",
    status: "OPEN",
    priority: "NORMAL",
    sku: "KAC-DRP-SLT",
    hoursAgo: 9,
    tags: ["discount"],
    messages: [
      customer(
        0,
        "I signed up for the newsletter, got WELCOME10, and the checkout said it could not be used. I bought anyway ({order}) because I wanted the dripper, but I'd like my 10 % please.",
      ),
      draft(
        0.02,
        "Hi {first},\n\nThank you for ordering anyway. WELCOME10 is for a first order, and our records show an earlier one under this e-mail address, which is why the checkout refused it. I am not able to apply it afterwards.\n\nFernhill Supply",
        {
          outcome: "rejected",
          afterHours: 1.5,
          feedback: "Correct and cold. It is three dollars: give it to them.",
        },
      ),
      draft(
        1.6,
        "Hi {first},\n\nThat should not have been a puzzle: the code is meant for first orders, and nothing on the page says so. I have refunded the 10 % to your card; it takes two or three days to show. Enjoy the dripper.\n\nFernhill Supply",
      ),
    ],
  },
  {
    subject: "Blanket: smoke smell after washing",
    channel: "EMAIL",
    status: "PENDING",
    priority: "NORMAL",
    sku: "TRN-BLK-CHR",
    hoursAgo: 52,
    tags: ["care"],
    assignee: "Nora Whitfield",
    messages: [
      customer(
        0,
        "We love the charcoal blanket, maybe too much: it has been at four campfires. I washed it on wool once and it still smells like bacon. Any tricks?",
      ),
      draft(
        0.02,
        "Hi {first},\n\nHang it outside on a damp, windy night rather than washing it again; wool lets go of smoke best in moist air. If that is not enough, soak it for half an hour in cool water with half a cup of white vinegar, press (do not wring) and dry flat.\n\nFernhill Supply",
        { outcome: "approved", afterHours: 3, feedback: "Exactly what I would have said." },
      ),
      customer(30, "Damp night it is, we have plenty. Will report back."),
      human(31, "Please do! And if it ever smells of nothing at all, we will be a little sad. Nora"),
    ],
  },
  {
    subject: "Invoice with VAT number",
    channel: "EMAIL",
    status: "PENDING",
    priority: "LOW",
    sku: "MBK-PLT-04",
    hoursAgo: 75,
    tags: ["invoice"],
    assignee: "Ben Ashdown",
    messages: [
      customer(
        0,
        "Could you send a proper invoice for {order} to our company? Our accountant does not accept the confirmation mail. Company name: Winslow & Daughters LLC.",
      ),
      draft(
        0.02,
        "Hi {first},\n\nThe invoice for {order}, made out to Winslow & Daughters LLC, is attached.\n\nFernhill Supply",
        {
          outcome: "edited",
          afterHours: 4,
          edit: "Hi {first},\n\nHere is the invoice for {order}, made out to Winslow & Daughters LLC. We do not have a VAT number, being in New York, but our EIN is on it. Tell me if your accountant wants the address as well.\n\nBen",
          feedback: "Nothing was attached, and the VAT question was ignored.",
        },
      ),
    ],
  },
  {
    subject: "Return of the olive roll bag",
    channel: "CONTACT_FORM",
    status: "PENDING",
    priority: "NORMAL",
    sku: "TRN-BAG-OLV",
    hoursAgo: 98,
    tags: ["return"],
    assignee: "Nora Whitfield",
    messages: [
      customer(
        0,
        "The bag is beautiful and about twice as large as I imagined. I'd like to return it, unused. What do I do?",
      ),
      draft(
        0.02,
        "Hi {first},\n\nNo trouble at all. Use the label in the e-mail that follows this one, drop the parcel at any post office, and we refund you on the day it arrives. If you would rather have something smaller, our Canvas Filter Pouch is the only other bag we make.\n\nFernhill Supply",
        {
          outcome: "edited",
          afterHours: 2,
          edit: "Hi {first},\n\nNo trouble at all. Use the label in the e-mail that follows this one, drop the parcel at any post office, and we refund you on the day it arrives.\n\nNora",
          feedback: "A pouch for filters is not a smaller bag.",
        },
      ),
      customer(50, "Dropped off this morning, tracking says Friday. Thank you!"),
      note(51, "Refund when it arrives; check the strap. Nora"),
    ],
  },
  {
    subject: "Kettle handle is stiff",
    channel: "EMAIL",
    status: "PENDING",
    priority: "HIGH",
    sku: "KAC-KET-08",
    hoursAgo: 120,
    tags: ["quality"],
    assignee: "Ben Ashdown",
    messages: [
      customer(
        0,
        "The folding handle of my kettle from {order} will not fold. It needs both hands and a knee. Is it meant to be like this?",
      ),
      human(
        5,
        "It is not, and please keep the knee out of it. A small batch left the factory with the rivet pressed too tight. Could you tell me the number stamped under the base? Ben",
      ),
      customer(28, "K26-0917."),
      note(28.5, "0917 is the batch. Third one this month; tell K&C."),
      human(
        30,
        "That is the batch. A new kettle leaves tomorrow; keep the old one, a drop of oil and a week of folding usually frees it. Ben",
      ),
    ],
  },
  {
    subject: "Cancel order please",
    channel: "CONTACT_FORM",
    status: "PENDING",
    priority: "URGENT",
    sku: "TRN-SCK-SM",
    hoursAgo: 20,
    tags: ["cancel"],
    assignee: "Nora Whitfield",
    messages: [
      customer(
        0,
        "My husband ordered the same socks last night without telling me. Can you cancel one of the two, whichever is easier? Mine is {order}.",
      ),
      draft(
        0.02,
        "Hi {first},\n\nThat is the nicest kind of mistake. I have cancelled {order} and refunded it; the other one ships today.\n\nFernhill Supply",
        {
          outcome: "edited",
          afterHours: 0.6,
          edit: "Hi {first},\n\nThat is the nicest kind of mistake. Yours is already packed, so the easier one to cancel is his: could you tell me his name or the order's number?\n\nNora",
          feedback: "It said that it had cancelled the order. It had not.",
          scored: false,
        },
      ),
    ],
  },
  {
    subject: "Do you ship to Canada?",
    channel: "CONTACT_FORM",
    status: "SOLVED",
    priority: "LOW",
    hoursAgo: 150,
    tags: ["question", "shipping"],
    messages: [
      customer(0, "Greetings from Kingston, Ontario. Do you ship here, and will I be charged at the door?"),
      draft(
        0.02,
        "Hello,\n\nYes, we ship to Canada by UPS in four to six days, for $19.00. Duties and taxes are calculated at the checkout, so there is nothing to pay at the door.\n\nFernhill Supply",
        { outcome: "approved", afterHours: 6 },
      ),
      customer(9, "Perfect, thank you for the quick answer."),
    ],
  },
  {
    subject: "Coffee tastes sour in my moka pot",
    channel: "EMAIL",
    status: "SOLVED",
    priority: "NORMAL",
    sku: "ASH-SWB-12",
    hoursAgo: 200,
    tags: ["brewing"],
    assignee: "Ben Ashdown",
    messages: [
      customer(
        0,
        "I bought Switchback because the page says moka pot, and mine comes out sour. Am I doing it wrong or is it a bad bag?",
      ),
      human(
        3,
        "Probably neither! Try water that is already hot in the lower half, a slightly finer grind, and take the pot off the heat at the first gurgle. If it is still sour tomorrow, tell me the roast date on the bag. Ben",
      ),
      customer(27, "Hot water did it. I have been making it wrong for eleven years."),
      human(28, "Eleven years of good coffee still to come, then. Ben"),
    ],
  },
  {
    subject: "Wrong colour mug",
    channel: "CONTACT_FORM",
    status: "SOLVED",
    priority: "NORMAL",
    sku: "MBK-MUG-CRM",
    hoursAgo: 240,
    tags: ["wrong-item"],
    assignee: "Nora Whitfield",
    messages: [
      customer(
        0,
        "I ordered Cream and one of them is very much Rust. It is growing on me, honestly, but I wanted a set.",
      ),
      draft(
        0.02,
        "Hi {first},\n\nSorry about that! A Cream mug leaves today, and please keep the Rust one: it has chosen you.\n\nFernhill Supply",
        { outcome: "approved", afterHours: 1, feedback: "Keep this one as an example." },
      ),
    ],
  },
  {
    subject: "Is the espresso single origin?",
    channel: "EMAIL",
    status: "SOLVED",
    priority: "LOW",
    hoursAgo: 310,
    tags: ["question"],
    messages: [
      customer(0, "Quick one: is Switchback a single origin, and is it certified organic?"),
      draft(
        0.02,
        "Hello,\n\nSwitchback is a certified organic single origin from Huehuetenango, Guatemala.\n\nFernhill Supply",
        { outcome: "rejected", afterHours: 5, feedback: "Invented. It is a blend and not certified." },
      ),
      human(
        5.2,
        "Hello! Switchback is a blend, about two thirds Guatemala and one third Ethiopia. The farms work without sprays, but the coffee is not certified, so we do not call it organic. Ben",
      ),
    ],
  },
  {
    subject: "Late delivery, all good now",
    channel: "EMAIL",
    status: "SOLVED",
    priority: "HIGH",
    sku: "LLC-OIL-1L",
    hoursAgo: 280,
    tags: ["delivery"],
    assignee: "Ben Ashdown",
    messages: [
      customer(
        0,
        "Four days and the lamp oil has not even left. We have a power cut here every other evening, this is what I bought it for.",
      ),
      human(
        1,
        "I am sorry, {first}. Lamp oil can only go by ground and we missed a pick-up on Friday. It is with the driver now; I have added a candle for tonight's cut. Ben",
      ),
      customer(49, "Arrived. The candle was kind. All good."),
    ],
  },
  {
    subject: "Third cracked candle tin",
    channel: "CONTACT_FORM",
    status: "SOLVED",
    priority: "HIGH",
    sku: "LLC-CND-JUN",
    hoursAgo: 60,
    tags: ["damaged", "packing"],
    assignee: "Nora Whitfield",
    messages: [
      customer(
        0,
        "I hate to write again. Another lid of the Juniper candles is split. It is always the one at the edge of the box.",
      ),
      note(1, "Same corner every time. Packing, not carrier. Told the workshop to add a sleeve. Nora"),
      draft(
        1.1,
        "Hi {first},\n\nPlease don't hate to write, you have found a flaw in how we pack. Your money for this tin is on its way back, and from today the edges get a sleeve.\n\nFernhill Supply",
        { outcome: "approved", afterHours: 2, scored: false },
      ),
      customer(12, "Thank you for taking it seriously. The candle still burns!"),
    ],
  },
  {
    subject: "Gift note was left out",
    channel: "EMAIL",
    status: "SOLVED",
    priority: "NORMAL",
    sku: "TRN-TWL-02",
    hoursAgo: 400,
    tags: ["gift"],
    assignee: "Nora Whitfield",
    messages: [
      customer(
        0,
        "The towels reached my friend, but without the note I typed at checkout. She thought they were from her mother-in-law.",
      ),
      draft(
        0.02,
        "Hi {first},\n\nThe note did not reach the packing table, and I am sorry for the confusion it made. I'd like to send your friend a handwritten card with your words, at our cost. Shall I?\n\nFernhill Supply",
        { outcome: "approved", afterHours: 2.2 },
      ),
      customer(6, "Yes please, and make it clear it was NOT the mother-in-law."),
      human(7, "Underlined twice. Nora"),
    ],
  },
  {
    subject: "Burr set: which grinder does it fit?",
    channel: "CONTACT_FORM",
    status: "SOLVED",
    priority: "LOW",
    sku: "KAC-BUR-01",
    hoursAgo: 520,
    tags: ["question", "spare-parts"],
    messages: [
      customer(
        0,
        "I have the first version of your grinder (wooden knob, no numbers on the dial). Will the burr set fit?",
      ),
      draft(
        0.02,
        "Hi {first},\n\nYes: the burrs have been the same since the first version. You need a 2 mm hex key, which is in the box, and about ten minutes.\n\nFernhill Supply",
        {
          outcome: "edited",
          afterHours: 9,
          edit: "Hi {first},\n\nYes: the burrs have been the same since the first version. You need a 2 mm hex key, which is in the box, and about ten minutes. Count the turns when you take the nut off, and put it back the same.\n\nBen",
          feedback: "Add the bit about counting the turns, everybody asks later.",
        },
      ),
    ],
  },
  {
    subject: "Please delete my account",
    channel: "EMAIL",
    status: "ARCHIVED",
    priority: "NORMAL",
    hoursAgo: 700,
    tags: ["privacy"],
    assignee: "Nora Whitfield",
    messages: [
      customer(
        0,
        "Please delete my account and everything you keep about me. I only bought once, as a guest I thought.",
      ),
      note(2, "Request filed in the admin; Shopify sends us the redact topic. Nora"),
      human(
        3,
        "Done from our side: your account and address are being erased, and you will get no more mail from us. The invoice itself we have to keep for seven years by law, without your name on our desk. Nora",
      ),
    ],
  },
  {
    subject: "Stew pot on an induction hob",
    channel: "CONTACT_FORM",
    status: "ARCHIVED",
    priority: "LOW",
    sku: "MBK-POT-03",
    hoursAgo: 900,
    tags: ["question"],
    messages: [
      customer(0, "Does the 3 qt pot work on induction?"),
      draft(
        0.02,
        "Hi {first},\n\nIt does: it is steel under the enamel. Start on a low setting, as enamel dislikes a sudden full blast.\n\nFernhill Supply",
        { outcome: "approved", afterHours: 11 },
      ),
    ],
  },
  {
    subject: "Feedback on the new packaging",
    channel: "EMAIL",
    status: "ARCHIVED",
    priority: "LOW",
    sku: "ASH-INS-08",
    hoursAgo: 1100,
    tags: ["praise"],
    messages: [
      customer(
        0,
        "No question, just wanted to say that the paper box for the sachets opens without scissors and without swearing. More of this.",
      ),
      human(20, "This went straight on the workshop wall. Thank you, {first}. Nora"),
    ],
  },
  {
    subject: "Charged twice?",
    channel: "EMAIL",
    status: "ARCHIVED",
    priority: "URGENT",
    sku: "LLC-LNT-BLK",
    hoursAgo: 1000,
    tags: ["payment"],
    assignee: "Ben Ashdown",
    messages: [
      customer(
        0,
        "My bank shows two charges for {order}, and I need the money this week. Please sort this out today.",
      ),
      draft(
        0.02,
        "Hi {first},\n\nI see one payment for {order}. The second line is a reservation that your bank made when the first attempt timed out; it disappears by itself, usually within three days. If it has not by Thursday, write to me and I will call your bank with you.\n\nFernhill Supply",
        { outcome: "approved", afterHours: 0.4, feedback: "Calm and right." },
      ),
      customer(48, "Gone this morning. Thanks for not making me feel stupid."),
    ],
  },
  {
    subject: "Press leaks from the lid",
    channel: "CONTACT_FORM",
    status: "ARCHIVED",
    priority: "HIGH",
    sku: "KAC-PRS-MOS",
    hoursAgo: 1300,
    tags: ["quality"],
    assignee: "Ben Ashdown",
    messages: [
      customer(
        0,
        "The travel press leaks around the lid when it lies flat in my bag. My notebook is now coffee flavoured.",
      ),
      draft(
        0.02,
        "Hi {first},\n\nPlease turn the lid until the two dots meet; it is easy to stop one notch early.\n\nFernhill Supply",
        {
          outcome: "rejected",
          afterHours: 2,
          feedback: "They said lying flat: that is the seal, not the dots.",
          scored: false,
        },
      ),
      human(
        2.3,
        "Hi {first}, lying flat should be fine, so it is the seal. A new lid is in the post, and a notebook with it, since we owe you one. Ben",
      ),
    ],
  },
  {
    subject: "Festoon lights for a wedding",
    channel: "EMAIL",
    status: "ARCHIVED",
    priority: "NORMAL",
    sku: "LLC-FST-10",
    hoursAgo: 1500,
    tags: ["wholesale", "event"],
    assignee: "Nora Whitfield",
    messages: [
      customer(
        0,
        "We need about sixty metres of lights for a barn wedding. Can the strings be plugged into each other, and how many?",
      ),
      human(
        4,
        "Up to ten strings in a row, so eighty metres from one socket. Eight would give you sixty-four. They run on 24 volts, so wet grass is no worry. Nora",
      ),
      customer(26, "Ordered eight. The barn will look like a ship."),
      note(27, "Ask for a picture in October. Nora"),
      customer(520, "As promised, the barn (photo attached). It did look like a ship."),
    ],
  },
];
