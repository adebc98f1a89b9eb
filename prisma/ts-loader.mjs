// The module hooks that let Node run our TypeScript scripts: tsx's, under the name that the Prisma CLI is told.
export * from "tsx/esm";
