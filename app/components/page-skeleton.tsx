import { BlockStack, Card, SkeletonBodyText, SkeletonDisplayText, SkeletonPage } from "@shopify/polaris";

/** Stands in for a page that takes its time. */
export function PageSkeleton() {
  return (
    <div role="status" aria-label="Loading the page">
      <SkeletonPage primaryAction>
        <BlockStack gap="400">
          {[2, 4, 3].map((lines) => (
            <Card key={lines}>
              <BlockStack gap="300">
                <SkeletonDisplayText size="small" />
                <SkeletonBodyText lines={lines} />
              </BlockStack>
            </Card>
          ))}
        </BlockStack>
      </SkeletonPage>
    </div>
  );
}
