// Package taskdefinition is ecswin_task_definition, resource and data source,
// and what the provider's functions on task definitions share with them.
package taskdefinition
