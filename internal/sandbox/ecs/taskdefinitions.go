package ecs

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// family is all revisions of one name, oldest first. A revision's number is
// its place in the list plus one: none is ever taken out, so that no number
// is ever used twice.
type family struct {
	name      string
	revisions []*revision
}

// revision is one task definition.
type revision struct {
	types.TaskDefinition
	tags []types.Tag
}

// deletionTakes is how long a deleted revision stays DELETE_IN_PROGRESS before
// it can no longer be described. ECS documents no time; this one is assumed.
const deletionTakes = time.Hour

// gone reports whether a revision has been deleted for good.
func (r *revision) gone(now time.Time) bool {
	return r.Status == types.TaskDefinitionStatusDeleteInProgress && now.Sub(*r.DeleteRequestedAt) >= deletionTakes
}

// latestActive returns the family's newest ACTIVE revision, or nil.
func (f *family) latestActive() *revision {
	for _, r := range slices.Backward(f.revisions) {
		if r.Status == types.TaskDefinitionStatusActive {
			return r
		}
	}
	return nil
}

func readRegisterTaskDefinition(in *api.RegisterTaskDefinitionInput) input {
	return input{schemas.RegisterTaskDefinitionRequest, taskdef.Fields(in)}
}

// registerTaskDefinition adds a revision to a family. It has no idempotency
// token: the same definition twice makes two revisions.
func (w *world) registerTaskDefinition(
	r wire.Request, in *api.RegisterTaskDefinitionInput,
) (smithy.Serializable, error) {
	if len(r.Body) > maxDefinition {
		return nil, clientErrorf("Actual length: '%d'. Max allowed length is '%d' bytes.", len(r.Body), maxDefinition)
	}
	complete(in)
	if err := checkDefinition(in); err != nil {
		return nil, err
	}
	f := w.families[*in.Family]
	if f == nil {
		f = &family{name: *in.Family}
		w.families[f.name] = f
	}
	number := int32(len(f.revisions) + 1)
	added := &revision{
		TaskDefinition: types.TaskDefinition{
			Compatibilities:         compatibilities(in),
			ContainerDefinitions:    in.ContainerDefinitions,
			Cpu:                     in.Cpu,
			EnableFaultInjection:    in.EnableFaultInjection,
			EphemeralStorage:        in.EphemeralStorage,
			ExecutionRoleArn:        in.ExecutionRoleArn,
			Family:                  in.Family,
			InferenceAccelerators:   in.InferenceAccelerators,
			IpcMode:                 in.IpcMode,
			Memory:                  in.Memory,
			NetworkMode:             in.NetworkMode,
			PidMode:                 in.PidMode,
			PlacementConstraints:    in.PlacementConstraints,
			ProxyConfiguration:      in.ProxyConfiguration,
			RegisteredAt:            aws.Time(r.Now),
			RegisteredBy:            aws.String(r.Caller.ARN),
			RequiresAttributes:      requiredAttributes(in),
			RequiresCompatibilities: in.RequiresCompatibilities,
			Revision:                number,
			RuntimePlatform:         in.RuntimePlatform,
			Status:                  types.TaskDefinitionStatusActive,
			TaskDefinitionArn:       aws.String(w.arn("task-definition/" + f.name + ":" + strconv.Itoa(int(number)))),
			TaskRoleArn:             in.TaskRoleArn,
			Volumes:                 in.Volumes,
		},
		tags: in.Tags,
	}
	f.revisions = append(f.revisions, added)
	out := &api.RegisterTaskDefinitionOutput{TaskDefinition: &added.TaskDefinition}
	if len(added.tags) > 0 {
		out.Tags = added.tags
	}
	return out, nil
}

func readDescribeTaskDefinition(in *api.DescribeTaskDefinitionInput) input {
	return input{schemas.DescribeTaskDefinitionRequest, awsjson.Fields{
		schemas.DescribeTaskDefinitionRequest_include:        awsjson.Texts(&in.Include),
		schemas.DescribeTaskDefinitionRequest_taskDefinition: awsjson.Text(&in.TaskDefinition),
	}}
}

func (w *world) describeTaskDefinition(
	r wire.Request, in *api.DescribeTaskDefinitionInput,
) (smithy.Serializable, error) {
	for _, f := range in.Include {
		if err := oneOf(invalidParameter, "include", f, f.Values()); err != nil {
			return nil, err
		}
	}
	found, err := w.findRevision(valueOf(in.TaskDefinition), r.Now)
	if err != nil {
		return nil, err
	}
	if found == nil || r.Missing {
		return nil, clientErrorf("Unable to describe task definition.")
	}
	out := &api.DescribeTaskDefinitionOutput{TaskDefinition: &found.TaskDefinition}
	if slices.Contains(in.Include, types.TaskDefinitionFieldTags) {
		out.Tags = orEmpty(found.tags)
	}
	return out, nil
}

func readDeregisterTaskDefinition(in *api.DeregisterTaskDefinitionInput) input {
	return input{schemas.DeregisterTaskDefinitionRequest, awsjson.Fields{
		schemas.DeregisterTaskDefinitionRequest_taskDefinition: awsjson.Text(&in.TaskDefinition),
	}}
}

// deregisterTaskDefinition makes a revision INACTIVE. That it answers the same
// for one that is INACTIVE already, leaving deregisteredAt as it was, is
// assumed.
func (w *world) deregisterTaskDefinition(
	r wire.Request, in *api.DeregisterTaskDefinitionInput,
) (smithy.Serializable, error) {
	ref := w.parseReference(valueOf(in.TaskDefinition))
	if ref.family != "" && ref.revision == "" {
		return nil, invalidf("Invalid revision number. Number: %s", ref.family)
	}
	found, err := w.findRevision(valueOf(in.TaskDefinition), r.Now)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, clientErrorf("The specified task definition does not exist. Specify a valid account, family, revision and try again.")
	}
	if found.Status == types.TaskDefinitionStatusActive {
		found.Status = types.TaskDefinitionStatusInactive
		found.DeregisteredAt = aws.Time(r.Now)
	}
	return &api.DeregisterTaskDefinitionOutput{TaskDefinition: &found.TaskDefinition}, nil
}

func readDeleteTaskDefinitions(in *api.DeleteTaskDefinitionsInput) input {
	return input{schemas.DeleteTaskDefinitionsRequest, awsjson.Fields{
		schemas.DeleteTaskDefinitionsRequest_taskDefinitions: awsjson.Texts(&in.TaskDefinitions),
	}}
}

// maxDelete is how many revisions one DeleteTaskDefinitions call takes (API
// reference).
const maxDelete = 10

func (w *world) deleteTaskDefinitions(
	r wire.Request, in *api.DeleteTaskDefinitionsInput,
) (smithy.Serializable, error) {
	switch n := len(in.TaskDefinitions); {
	case n == 0:
		return nil, invalidf("References can not be empty.")
	case n > maxDelete:
		return nil, invalidf("References can have at most %d items.", maxDelete)
	}
	out := &api.DeleteTaskDefinitionsOutput{TaskDefinitions: []types.TaskDefinition{}, Failures: []types.Failure{}}
	for _, ref := range in.TaskDefinitions {
		if failure := w.deleteRevision(r, ref, out); failure != "" {
			out.Failures = append(out.Failures, types.Failure{Arn: aws.String(ref), Reason: aws.String(failure)})
		}
	}
	return out, nil
}

// deleteRevision deletes one revision, or returns why it cannot be deleted.
// The texts are assumed.
func (w *world) deleteRevision(r wire.Request, ref string, out *api.DeleteTaskDefinitionsOutput) (failure string) {
	if w.parseReference(ref).revision == "" {
		return "The specified task definition identifier is invalid. Specify a valid name or ARN and try again."
	}
	found, err := w.findRevision(ref, r.Now)
	if err != nil || found == nil {
		return "The specified task definition does not exist. Specify a valid account, family, revision and try again."
	}
	switch found.Status {
	case types.TaskDefinitionStatusActive:
		return "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
	case types.TaskDefinitionStatusInactive:
		found.Status = types.TaskDefinitionStatusDeleteInProgress
		found.DeleteRequestedAt = aws.Time(r.Now)
	}
	out.TaskDefinitions = append(out.TaskDefinitions, found.TaskDefinition)
	return ""
}

func readListTaskDefinitions(in *api.ListTaskDefinitionsInput) input {
	return input{schemas.ListTaskDefinitionsRequest, awsjson.Fields{
		schemas.ListTaskDefinitionsRequest_familyPrefix: awsjson.Text(&in.FamilyPrefix),
		schemas.ListTaskDefinitionsRequest_maxResults:   awsjson.Number(&in.MaxResults),
		schemas.ListTaskDefinitionsRequest_nextToken:    awsjson.Text(&in.NextToken),
		schemas.ListTaskDefinitionsRequest_sort:         awsjson.Enum(&in.Sort),
		schemas.ListTaskDefinitionsRequest_status:       awsjson.Enum(&in.Status),
	}}
}

// listTaskDefinitions lists revisions of one status, ACTIVE unless told
// otherwise, by family and then by number. The "prefix" is a whole family's
// name (API reference).
func (w *world) listTaskDefinitions(r wire.Request, in *api.ListTaskDefinitionsInput) (smithy.Serializable, error) {
	err := firstError(
		oneOf(invalidParameter, "status", in.Status, in.Status.Values()),
		oneOf(invalidParameter, "sort", in.Sort, in.Sort.Values()),
	)
	if err != nil {
		return nil, err
	}
	size, err := pageSize(valueOf(in.MaxResults))
	if err != nil {
		return nil, err
	}
	after, err := openToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	last, ok := parsePosition(after)
	if !ok && after != "" {
		return nil, invalidf("Invalid token")
	}
	status := in.Status
	if status == "" {
		status = types.TaskDefinitionStatusActive
	}
	var listed []position
	for at, rev := range w.revisions(valueOf(in.FamilyPrefix), in.Sort == types.SortOrderDesc, last) {
		if rev.Status == status && !rev.gone(r.Now) && !r.Missing {
			listed = append(listed, at)
		}
		if len(listed) > size {
			break
		}
	}
	page, next := cutPage(listed, size, position.key)
	out := &api.ListTaskDefinitionsOutput{TaskDefinitionArns: []string{}, NextToken: next}
	for _, at := range page {
		out.TaskDefinitionArns = append(out.TaskDefinitionArns, w.arn("task-definition/"+at.key()))
	}
	return out, nil
}

// position is where a revision stands in the order of lists.
type position struct {
	family   string
	revision int
}

func (p position) key() string {
	return p.family + ":" + strconv.Itoa(p.revision)
}

// parsePosition reads a key; ok is false for what is none.
func parsePosition(key string) (p position, ok bool) {
	f, number, _ := strings.Cut(key, ":")
	n, err := strconv.Atoi(number)
	return position{f, n}, err == nil && n > 0
}

// revisions goes through the revisions of a family, or of all families if none
// is named, by family and then by number. It begins behind last, unless that is
// the zero position.
func (w *world) revisions(only string, descending bool, last position) iter.Seq2[position, *revision] {
	names := []string{only}
	if only == "" {
		names = slices.Sorted(maps.Keys(w.families))
	}
	step := 1
	if descending {
		slices.Reverse(names)
		step = -1
	}
	behind := last != position{}
	return func(yield func(position, *revision) bool) {
		for _, n := range names {
			f := w.families[n]
			if f == nil || behind && n != last.family && (n > last.family) == descending {
				continue
			}
			first := 1
			if descending {
				first = len(f.revisions)
			}
			if behind && n == last.family {
				first = last.revision + step
			}
			for i := first; i >= 1 && i <= len(f.revisions); i += step {
				if !yield(position{n, i}, f.revisions[i-1]) {
					return
				}
			}
		}
	}
}

func readListTaskDefinitionFamilies(in *api.ListTaskDefinitionFamiliesInput) input {
	return input{schemas.ListTaskDefinitionFamiliesRequest, awsjson.Fields{
		schemas.ListTaskDefinitionFamiliesRequest_familyPrefix: awsjson.Text(&in.FamilyPrefix),
		schemas.ListTaskDefinitionFamiliesRequest_maxResults:   awsjson.Number(&in.MaxResults),
		schemas.ListTaskDefinitionFamiliesRequest_nextToken:    awsjson.Text(&in.NextToken),
		schemas.ListTaskDefinitionFamiliesRequest_status:       awsjson.Enum(&in.Status),
	}}
}

// listTaskDefinitionFamilies lists names. A family is ACTIVE if any of its
// revisions is, else INACTIVE; without a status both are listed (API
// reference).
func (w *world) listTaskDefinitionFamilies(
	r wire.Request, in *api.ListTaskDefinitionFamiliesInput,
) (smithy.Serializable, error) {
	if err := oneOf(invalidParameter, "status", in.Status, in.Status.Values()); err != nil {
		return nil, err
	}
	var names []string
	for _, n := range slices.Sorted(maps.Keys(w.families)) {
		if strings.HasPrefix(n, valueOf(in.FamilyPrefix)) && w.families[n].has(in.Status, r.Now) && !r.Missing {
			names = append(names, n)
		}
	}
	cut, next, err := pageOfNames(names, in.NextToken, valueOf(in.MaxResults))
	if err != nil {
		return nil, err
	}
	return &api.ListTaskDefinitionFamiliesOutput{Families: orEmpty(cut), NextToken: next}, nil
}

// has reports whether a family has a status. One whose revisions have all been
// deleted for good has none.
func (f *family) has(status types.TaskDefinitionFamilyStatus, now time.Time) bool {
	there := slices.ContainsFunc(f.revisions, func(r *revision) bool { return !r.gone(now) })
	switch status {
	case types.TaskDefinitionFamilyStatusActive:
		return f.latestActive() != nil
	case types.TaskDefinitionFamilyStatusInactive:
		return there && f.latestActive() == nil
	default:
		return there
	}
}

// reference is a task definition as a call names it. Without a revision it
// means the family's latest ACTIVE one.
type reference struct {
	family, revision string
}

// parseReference takes "family", "family:revision" or an ARN. An ARN of
// another account or region yields no family.
func (w *world) parseReference(text string) reference {
	short := strings.TrimPrefix(text, w.arn("task-definition/"))
	f, number, _ := strings.Cut(short, ":")
	if f == "arn" {
		return reference{}
	}
	return reference{f, number}
}

// findRevision returns the revision that a reference means, in any status, or
// nil.
func (w *world) findRevision(text string, now time.Time) (*revision, error) {
	if text == "" {
		return nil, clientErrorf("Task definition can not be blank.")
	}
	ref := w.parseReference(text)
	f := w.families[ref.family]
	if ref.revision == "" {
		if f == nil {
			return nil, nil
		}
		return f.latestActive(), nil
	}
	number, err := strconv.Atoi(ref.revision)
	if err != nil {
		return nil, invalidf("Invalid revision number. Number: %s", ref.revision)
	}
	if f == nil || number < 1 || number > len(f.revisions) || f.revisions[number-1].gone(now) {
		return nil, nil
	}
	return f.revisions[number-1], nil
}
