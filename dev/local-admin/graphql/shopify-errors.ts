/** What graphql-js says of an invalid document, in the shape and, for the common cases, the words of Shopify. */
import { GraphQLError } from "graphql";

export function shopifyErrors(errors: readonly GraphQLError[]): object[] {
  return errors.map(({ message, locations }) => ({ ...translate(message), locations }));
}

export function syntaxError(error: unknown): object {
  if (!(error instanceof GraphQLError)) throw error;
  return { message: error.message.replace(/^Syntax Error:/, "syntax error,"), locations: error.locations };
}

function translate(message: string): { message: string; extensions?: object } {
  const field = /^Cannot query field "(.+?)" on type "(.+?)"/.exec(message);
  if (field) {
    const [, fieldName, typeName] = field;
    return {
      message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
      extensions: { code: "undefinedField", typeName, fieldName },
    };
  }
  const argument = /^Unknown argument "(.+?)" on field "(.+?)\.(.+?)"/.exec(message);
  if (argument) {
    const [, argumentName, , name] = argument;
    return {
      message: `Field '${name}' doesn't accept argument '${argumentName}'`,
      extensions: { code: "argumentNotAccepted", name, typeName: "Field", argumentName },
    };
  }
  const missing = /^Field "(.+?)" argument "(.+?)" of type ".+?" is required/.exec(message);
  if (missing) {
    const [, name, argumentName] = missing;
    return {
      message: `Field '${name}' is missing required arguments: ${argumentName}`,
      extensions: { code: "missingRequiredArguments", className: "Field", name, arguments: argumentName },
    };
  }
  return { message };
}
