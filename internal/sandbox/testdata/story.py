"""Tells the story of clients_test.go with boto3, and prints what it was
answered as JSON. The task definition comes on stdin."""

import json
import sys

import boto3

ecs = boto3.client("ecs")
definition = json.load(sys.stdin)

ecs.create_cluster(clusterName="web", tags=[{"key": "team", "value": "a"}])
found = ecs.describe_clusters(clusters=["web", "none"], include=["TAGS", "SETTINGS"])
for _ in range(4):
    ecs.register_task_definition(**definition)
deregistered = ecs.deregister_task_definition(taskDefinition="iis:4")
described = ecs.describe_task_definition(taskDefinition="iis", include=["TAGS"])
pages = ecs.get_paginator("list_task_definitions").paginate(
    familyPrefix="iis", PaginationConfig={"PageSize": 2}
)
listed = [arn for page in pages for arn in page["taskDefinitionArns"]]
refused = None
try:
    ecs.describe_task_definition(taskDefinition="none")
except ecs.exceptions.ClientException as error:
    refused = "{Code}: {Message}".format(**error.response["Error"])
json.dump(
    {
        "clusters": found["clusters"],
        "failures": found["failures"],
        "deregistered": deregistered["taskDefinition"]["status"],
        "described": described["taskDefinition"],
        "tags": described["tags"],
        "listed": listed,
        "refused": refused,
    },
    sys.stdout,
    default=str,
)
