// Tells the story of tasks_clients_test.go with AWS's own JavaScript clients,
// and prints what it was answered as JSON.
import {
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DescribeTasksCommand, ECSClient, RunTaskCommand, StopTaskCommand } from "@aws-sdk/client-ecs";

const ecs = new ECSClient({});
const ec2 = new EC2Client({});

async function refusal(client, command) {
  try {
    await client.send(command);
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

async function describe(times) {
  let found;
  for (let i = 0; i < times; i++) {
    found = (await ecs.send(new DescribeTasksCommand({ cluster: "web", tasks: [arn] }))).tasks[0];
  }
  return found;
}

const { Subnets } = await ec2.send(
  new DescribeSubnetsCommand({ Filters: [{ Name: "availability-zone", Values: ["us-east-1a"] }] }),
);
const request = {
  cluster: "web",
  taskDefinition: "iis",
  networkConfiguration: { awsvpcConfiguration: { subnets: [Subnets[0].SubnetId] } },
};
const arn = (await ecs.send(new RunTaskCommand(request))).tasks[0].taskArn;
const { failures: failed } = await ecs.send(new RunTaskCommand(request));
const running = await describe(3);
const details = Object.fromEntries(running.attachments[0].details.map(({ name, value }) => [name, value]));
const byID = { NetworkInterfaceIds: [details.networkInterfaceId] };
const found = (await ec2.send(new DescribeNetworkInterfacesCommand(byID))).NetworkInterfaces[0];
const kind = (await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ["t3.micro"] }))).InstanceTypes[0];
const near = (await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [details.subnetId] }))).Subnets[0];
await ecs.send(new StopTaskCommand({ cluster: "web", task: arn, reason: "enough" }));
const stopped = await describe(4);
const keys = [
  "NetworkInterfaceId", "PrivateIpAddress", "MacAddress", "SubnetId", "PrivateDnsName",
  "Status", "Description", "RequesterManaged", "InterfaceType",
];
console.log(JSON.stringify({
  task: arn,
  failed,
  refused: await refusal(ecs, new RunTaskCommand({ cluster: "web", taskDefinition: "iis" })),
  status: running.lastStatus,
  attachments: running.attachments,
  addresses: running.containers[0].networkInterfaces,
  interface: Object.fromEntries(keys.map((key) => [key, found[key]])),
  host: found.Attachment.InstanceId,
  slots: kind.NetworkInfo.MaximumNetworkInterfaces,
  memory: kind.MemoryInfo.SizeInMiB,
  free: near.AvailableIpAddressCount,
  stopped: [stopped.lastStatus, stopped.stopCode, stopped.stoppedReason],
  gone: await refusal(ec2, new DescribeNetworkInterfacesCommand(byID)),
}));
