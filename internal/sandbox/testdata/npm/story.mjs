// Tells the story of clients_test.go with AWS's own JavaScript client, and
// prints what it was answered as JSON. The task definition comes on stdin.
import { readFileSync } from "node:fs";
import {
  CreateClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  paginateListTaskDefinitions,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";

const client = new ECSClient({});
const definition = JSON.parse(readFileSync(0, "utf8"));

await client.send(new CreateClusterCommand({ clusterName: "web", tags: [{ key: "team", value: "a" }] }));
const { clusters, failures } = await client.send(
  new DescribeClustersCommand({ clusters: ["web", "none"], include: ["TAGS", "SETTINGS"] }),
);
for (let i = 0; i < 4; i++) {
  await client.send(new RegisterTaskDefinitionCommand(definition));
}
const { taskDefinition: deregistered } = await client.send(
  new DeregisterTaskDefinitionCommand({ taskDefinition: "iis:4" }),
);
const { taskDefinition: described, tags } = await client.send(
  new DescribeTaskDefinitionCommand({ taskDefinition: "iis", include: ["TAGS"] }),
);
const listed = [];
for await (const page of paginateListTaskDefinitions({ client, pageSize: 2 }, { familyPrefix: "iis" })) {
  listed.push(...page.taskDefinitionArns);
}
let refused;
try {
  await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: "none" }));
} catch (error) {
  refused = `${error.name}: ${error.message}`;
}
console.log(JSON.stringify({ clusters, failures, deregistered: deregistered.status, described, tags, listed, refused }));
