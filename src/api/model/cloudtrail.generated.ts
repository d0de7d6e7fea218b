/** The input shapes of cloudtrail, with their constraints. Made by generate.mjs; not written by hand. */
import type { ServiceModel } from './service-model.ts';

export const cloudtrailModel: ServiceModel = {
  operations: {
    "LookupEvents": "LookupEventsRequest",
  },
  shapes: {
    "Date": {"type":"timestamp"},
    "EventCategory": {"type":"string"},
    "LookupAttribute": {"type":"structure","members":{"AttributeKey":"LookupAttributeKey","AttributeValue":"LookupAttributeValue"},"required":["AttributeKey","AttributeValue"]},
    "LookupAttributeKey": {"type":"string"},
    "LookupAttributeValue": {"type":"string","min":1,"max":2000},
    "LookupAttributesList": {"type":"list","member":"LookupAttribute"},
    "LookupEventsRequest": {"type":"structure","members":{"LookupAttributes":"LookupAttributesList","StartTime":"Date","EndTime":"Date","EventCategory":"EventCategory","MaxResults":"MaxResults","NextToken":"NextToken"}},
    "MaxResults": {"type":"integer"},
    "NextToken": {"type":"string"},
  },
};
