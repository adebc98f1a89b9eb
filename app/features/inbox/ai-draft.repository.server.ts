import type { Queryable } from "~/platform/db/client.server";
import { withoutStore } from "~/platform/db/row";

type Row = NonNullable<Awaited<ReturnType<Queryable["aiDraft"]["findFirst"]>>>;
export type AiDraft = Omit<Row, "storeId">;

export type Decision = {
  approved: boolean;
  humanEdit: string | null;
  feedback: string | null;
  /** 0 to 1; null leaves the draft to the 90-day policy */
  rewardScore: number | null;
  by: string;
};

export class AiDraftRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  async findByMessage(messageId: string): Promise<AiDraft | null> {
    const row = await this.db.aiDraft.findFirst({ where: { storeId: this.storeId, messageId } });
    return row && withoutStore(row);
  }

  /** The database refuses a message of another store: the key is [storeId, messageId]. */
  async insert(draft: Pick<AiDraft, "messageId" | "model" | "version" | "text">): Promise<AiDraft> {
    return withoutStore(await this.db.aiDraft.create({ data: { ...draft, storeId: this.storeId } }));
  }

  /** The first decision stands; a second tab is told by a count of 0. */
  async decide(id: string, { by, ...decision }: Decision, now: Date): Promise<number> {
    const { count } = await this.db.aiDraft.updateMany({
      where: { storeId: this.storeId, id, approved: null },
      data: { ...decision, decidedBy: by, decidedAt: now },
    });
    return count;
  }

  countUndecided(): Promise<number> {
    return this.db.aiDraft.count({ where: { storeId: this.storeId, approved: null } });
  }
}
