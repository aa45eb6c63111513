// Package userdata is the data source ecswin_user_data and the function user_data: a NodeConfig in Terraform's own terms,
// written as the user data of a Windows container instance. Its schema follows from the table of internal/nodeconfig.
package userdata
