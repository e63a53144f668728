/* place.js - where the table is and who finds the keys, from the option "dynamodb": a client of an
 * AWS SDK, or plain options. Nothing is sent through that client: only its configuration is read. */
"use strict";

const { validationError } = require("./config.js");

/* Keys in any of the forms in which the SDKs know them, as a promise. */
async function resolveKeys(credentials)
{
    const given = typeof credentials === "function" ? await credentials() : credentials;

    if (typeof given?.getPromise === "function")
    {
        await given.getPromise(); /* of SDK 2: refreshes them if that is due */
    }
    return given;
}

/* SDK 2: a DocumentClient has its DynamoDB in "service". */
function placeOfSdk2(service)
{
    const config = service.config;

    return {
        region: config.region,
        endpoint: service.endpoint?.href,
        keys: () => new Promise((resolve, reject) => config.getCredentials(
            error => (error ? reject(error) : resolve(config.credentials))
        ))
    };
}

/* SDK 3: region and endpoint are asked for, too. */
async function placeOfSdk3(config)
{
    const endpoint = await config.endpoint?.();

    return {
        region: await config.region(),
        endpoint: endpoint && `${endpoint.protocol}//${endpoint.hostname}` +
            (endpoint.port ? `:${endpoint.port}` : "") + (endpoint.path ?? ""),
        keys: () => resolveKeys(config.credentials)
    };
}

function placeOfOptions(options)
{
    const pair = options.accessKeyId === undefined ? undefined : options;
    const credentials = options.credentials ?? pair;

    for (const name of ["region", "endpoint", "caFile", "profile"])
    {
        if (options[name] !== undefined && typeof options[name] !== "string")
        {
            throw validationError(`"dynamodb.${name}" must be a string`);
        }
    }
    return {
        region: options.region,
        endpoint: options.endpoint,
        caFile: options.caFile,
        profile: options.profile,
        keys: credentials && (() => resolveKeys(credentials))
    };
}

/* Returns {region, endpoint, caFile, profile, keys}, or a promise of it. What is undefined is found by
 * ddblock itself: see docs/aws.md and docs/credentials.md. */
function placeOf(dynamodb)
{
    const service = dynamodb.service ?? dynamodb;

    if (typeof service.config?.getCredentials === "function")
    {
        return placeOfSdk2(service);
    }
    if (typeof service.config?.region === "function")
    {
        return placeOfSdk3(service.config);
    }
    if (typeof dynamodb.put === "function" || typeof dynamodb.send === "function")
    {
        throw validationError("\"dynamodb\" must have a configuration with region and " +
            "credentials, as a client of an AWS SDK has, or be plain options");
    }
    return placeOfOptions(dynamodb);
}

module.exports = { placeOf };
