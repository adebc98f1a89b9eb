import {
  isRouteErrorResponse,
  useNavigate,
  useNavigation,
  useRevalidator,
  useRouteError,
} from "@remix-run/react";
import { BlockStack, Button, Card, InlineStack, Page, Text } from "@shopify/polaris";
import { errorSentence } from "./error-sentences";
import { causeOf, referenceOf } from "./failure";
import { ReferenceLine } from "./reference-line";

/** The page for whatever a route threw: Shopify's own answers are passed on, everything else becomes a sentence. */
export function PageError() {
  const error = useRouteError();
  const navigate = useNavigate();
  const revalidator = useRevalidator();
  const navigating = useNavigation().state !== "idle";
  const response = isRouteErrorResponse(error) ? error : null;
  const data: unknown = response?.data;
  if (response?.status === 200) return <ShopifyHandover html={data} />;

  const { title, body, retry } = errorSentence(causeOf(error));
  const reference = referenceOf(error);
  return (
    <Page>
      <Card>
        <BlockStack gap="400">
          <BlockStack gap="200">
            <Text as="h1" variant="headingLg">
              {title}
            </Text>
            <Text as="p">{body}</Text>
            {reference && <ReferenceLine reference={reference} />}
          </BlockStack>
          <InlineStack gap="200">
            {retry && (
              <Button
                variant="primary"
                loading={revalidator.state !== "idle" || navigating}
                onClick={() => revalidator.revalidate()}
              >
                Try again
              </Button>
            )}
            <Button onClick={() => navigate("/app")}>Go to the overview</Button>
          </InlineStack>
        </BlockStack>
      </Card>
    </Page>
  );
}

/**
 * Shopify's library throws a small page of its own (status 200) when the browser must first leave the iframe or fetch a
 * token. Same as its `boundary.error`, which tells such pages by a class name that minifying changes, and would also
 * render the text of any other thrown response as HTML.
 */
function ShopifyHandover({ html }: { html: unknown }) {
  return <div dangerouslySetInnerHTML={{ __html: typeof html === "string" ? html : "" }} />;
}
