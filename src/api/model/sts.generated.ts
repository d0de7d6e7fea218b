/** The input shapes of sts, with their constraints. Made by generate.mjs; not written by hand. */
import type { ServiceModel } from './service-model.ts';

export const stsModel: ServiceModel = {
  operations: {
    "AssumeRole": "AssumeRoleRequest",
    "GetCallerIdentity": "GetCallerIdentityRequest",
    "GetSessionToken": "GetSessionTokenRequest",
  },
  shapes: {
    "AssumeRoleRequest": {"type":"structure","members":{"RoleArn":"arnType","RoleSessionName":"roleSessionNameType","PolicyArns":"policyDescriptorListType","Policy":"unrestrictedSessionPolicyDocumentType","DurationSeconds":"roleDurationSecondsType","Tags":"tagListType","TransitiveTagKeys":"tagKeyListType","ExternalId":"externalIdType","SerialNumber":"serialNumberType","TokenCode":"tokenCodeType","SourceIdentity":"sourceIdentityType","ProvidedContexts":"ProvidedContextsListType"},"required":["RoleArn","RoleSessionName"]},
    "GetCallerIdentityRequest": {"type":"structure","members":{}},
    "GetSessionTokenRequest": {"type":"structure","members":{"DurationSeconds":"durationSecondsType","SerialNumber":"serialNumberType","TokenCode":"tokenCodeType"}},
    "PolicyDescriptorType": {"type":"structure","members":{"arn":"arnType"}},
    "ProvidedContext": {"type":"structure","members":{"ProviderArn":"arnType","ContextAssertion":"contextAssertionType"}},
    "ProvidedContextsListType": {"type":"list","min":1,"max":5,"member":"ProvidedContext"},
    "Tag": {"type":"structure","members":{"Key":"tagKeyType","Value":"tagValueType"},"required":["Key","Value"]},
    "arnType": {"type":"string","min":20,"max":2048,"pattern":"[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+"},
    "contextAssertionType": {"type":"string","min":4,"max":2048},
    "durationSecondsType": {"type":"integer","min":900,"max":129600},
    "externalIdType": {"type":"string","min":2,"max":1224,"pattern":"[\\w+=,.@:\\/-]*"},
    "policyDescriptorListType": {"type":"list","member":"PolicyDescriptorType"},
    "roleDurationSecondsType": {"type":"integer","min":900,"max":43200},
    "roleSessionNameType": {"type":"string","min":2,"max":64,"pattern":"[\\w+=,.@-]*"},
    "serialNumberType": {"type":"string","min":9,"max":256,"pattern":"[\\w+=/:,.@-]*"},
    "sourceIdentityType": {"type":"string","min":2,"max":64,"pattern":"[\\w+=,.@-]*"},
    "tagKeyListType": {"type":"list","max":50,"member":"tagKeyType"},
    "tagKeyType": {"type":"string","min":1,"max":128,"pattern":"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"},
    "tagListType": {"type":"list","max":50,"member":"Tag"},
    "tagValueType": {"type":"string","min":0,"max":256,"pattern":"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"},
    "tokenCodeType": {"type":"string","min":6,"max":6,"pattern":"[\\d]*"},
    "unrestrictedSessionPolicyDocumentType": {"type":"string","min":1,"pattern":"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"},
  },
};
