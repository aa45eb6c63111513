"""Tells the story of tasks_clients_test.go with boto3, and prints what it was
answered as JSON."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

ecs = boto3.client("ecs")
ec2 = boto3.client("ec2")


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return "{Code}: {Message}".format(**error.response["Error"])


def describe(times):
    for _ in range(times):
        found = ecs.describe_tasks(cluster="web", tasks=[arn])["tasks"][0]
    return found


subnets = ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": ["us-east-1a"]}])["Subnets"]
network = {"awsvpcConfiguration": {"subnets": [subnets[0]["SubnetId"]]}}
arn = ecs.run_task(cluster="web", taskDefinition="iis", networkConfiguration=network)["tasks"][0]["taskArn"]
failed = ecs.run_task(cluster="web", taskDefinition="iis", networkConfiguration=network)["failures"]
running = describe(3)
details = {d["name"]: d["value"] for d in running["attachments"][0]["details"]}
eni = details["networkInterfaceId"]
found = ec2.describe_network_interfaces(NetworkInterfaceIds=[eni])["NetworkInterfaces"][0]
kind = ec2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"][0]
free = ec2.describe_subnets(SubnetIds=[details["subnetId"]])["Subnets"][0]["AvailableIpAddressCount"]
ecs.stop_task(cluster="web", task=arn, reason="enough")
stopped = describe(4)
json.dump(
    {
        "task": arn,
        "failed": failed,
        "refused": refusal(ecs.run_task, cluster="web", taskDefinition="iis"),
        "status": running["lastStatus"],
        "attachments": running["attachments"],
        "addresses": running["containers"][0]["networkInterfaces"],
        "interface": {
            key: found[key]
            for key in ("NetworkInterfaceId", "PrivateIpAddress", "MacAddress", "SubnetId", "PrivateDnsName",
                        "Status", "Description", "RequesterManaged", "InterfaceType")
        },
        "host": found["Attachment"]["InstanceId"],
        "slots": kind["NetworkInfo"]["MaximumNetworkInterfaces"],
        "memory": kind["MemoryInfo"]["SizeInMiB"],
        "free": free,
        "stopped": [stopped["lastStatus"], stopped["stopCode"], stopped["stoppedReason"]],
        "gone": refusal(ec2.describe_network_interfaces, NetworkInterfaceIds=[eni]),
    },
    sys.stdout,
    default=str,
)
