package ec2

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// maxUserData is what user data may have, in bytes before base64 (EC2 User
// Guide, Run commands when you launch an EC2 instance with user data input).
const maxUserData = 16384

// maxInstances is how many instances one call launches here; AWS's own bound is
// the account's quota.
const maxInstances = 20

// runInstances launches instances and returns once each has done what it does
// at its first boot: their time is their own. EC2 would return at once. Launch
// templates, key pairs and volumes are not modelled.
func (m *Model) runInstances(r wire.Request, q query) ([]element, error) {
	request, least, most, err := m.readRunInstances(r, q)
	if err != nil {
		return nil, err
	}
	started, items, again, err := m.launchAll(r.Place(), request, least, most, q.form.Get("ClientToken"))
	if err != nil {
		return nil, err
	}
	if !again {
		for _, i := range started {
			m.machines.Boot(r.Place(), i)
		}
	}
	return []element{
		textElement("reservationId", wire.NewEC2ID("r")), textElement("ownerId", r.Caller.Account), listElement("instancesSet", items),
	}, nil
}

// launchAll adds as many instances as there is room for, up to most, and none if
// that is less than least; or it finds those that a call with the same client
// token has added.
func (m *Model) launchAll(at wire.Place, in LaunchRequest, least, most int, token string) (started []Instance, items []instanceItem, again bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.world(at)
	for _, i := range w.instances {
		if token != "" && i.token == token {
			started, items = append(started, w.show(i)), append(items, w.instanceItem(i))
		}
	}
	if len(started) > 0 {
		return started, items, true, nil
	}
	for range most {
		added, err := m.launch(w, in)
		if err != nil && len(started) >= least {
			break
		}
		if err != nil {
			for _, i := range started {
				w.terminate(i.ID)
			}
			return nil, nil, false, launchError(err)
		}
		added.token = token
		started, items = append(started, w.show(added)), append(items, w.instanceItem(added))
	}
	return started, items, false, nil
}

func launchError(err error) error {
	if errors.Is(err, ErrNoAddress) {
		return wire.Errorf("InsufficientFreeAddressesInSubnet", "%s", err)
	}
	return wire.Errorf("InvalidParameterValue", "%s", err)
}

func (m *Model) readRunInstances(r wire.Request, q query) (in LaunchRequest, least, most int, err error) {
	for _, needed := range []string{"ImageId", "InstanceType", "MinCount", "MaxCount"} {
		if q.form.Get(needed) == "" {
			return in, 0, 0, wire.Errorf("MissingParameter", "The request must contain the parameter %s", needed)
		}
	}
	most, err = strconv.Atoi(q.form.Get("MaxCount"))
	least, err2 := strconv.Atoi(q.form.Get("MinCount"))
	if err != nil || err2 != nil || least < 1 || most < least || most > maxInstances {
		return in, 0, 0, wire.Errorf("InvalidParameterValue", "Invalid value for the number of instances: 1 to %d are modelled", maxInstances)
	}
	in = LaunchRequest{
		Type: q.form.Get("InstanceType"), SubnetID: q.form.Get("SubnetId"), GroupIDs: q.list("SecurityGroupId"), ImageID: q.form.Get("ImageId"),
		Profile: q.profile(), Tags: q.tags("instance"), Now: r.Now,
	}
	if in.Metadata, err = q.metadataOptions(); err != nil {
		return in, 0, 0, err
	}
	if !m.machines.Knows(in.ImageID) {
		return in, 0, 0, wire.Errorf("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", in.ImageID)
	}
	if _, ok := m.catalog[in.Type]; !ok {
		return in, 0, 0, wire.Errorf("InvalidParameterValue", "Invalid value '%s' for InstanceType.", in.Type)
	}
	if in.UserData, err = base64.StdEncoding.DecodeString(q.form.Get("UserData")); err != nil {
		return in, 0, 0, wire.Errorf("InvalidParameterValue", "Invalid BASE64 encoding of user data")
	}
	if len(in.UserData) > maxUserData {
		return in, 0, 0, wire.Errorf("InvalidParameterValue", "User data is limited to %d bytes", maxUserData)
	}
	return in, least, most, q.dryRun()
}

// dryRun refuses a call with DryRun, as EC2 does where the caller may make it.
func (q query) dryRun() error {
	if q.form.Get("DryRun") != "true" {
		return nil
	}
	return &wire.Error{Code: "DryRunOperation", Message: "Request would have succeeded, but DryRun flag is set.", Status: http.StatusPreconditionFailed}
}

// tags reads TagSpecification.1.Tag.1.Key and so on for one type of resource.
func (q query) tags(resource string) []Tag {
	var tags []Tag
	for i := 1; q.form.Has("TagSpecification." + strconv.Itoa(i) + ".ResourceType"); i++ {
		prefix := "TagSpecification." + strconv.Itoa(i) + "."
		if q.form.Get(prefix+"ResourceType") != resource {
			continue
		}
		for j := 1; q.form.Has(prefix + "Tag." + strconv.Itoa(j) + ".Key"); j++ {
			tag := prefix + "Tag." + strconv.Itoa(j) + "."
			tags = append(tags, Tag{Key: q.form.Get(tag + "Key"), Value: q.form.Get(tag + "Value")})
		}
	}
	return tags
}

// stateChangeItem is what TerminateInstances reports of an instance.
type stateChangeItem struct {
	ID           string `xml:"instanceId"`
	CurrentCode  int    `xml:"currentState>code"`
	Current      string `xml:"currentState>name"`
	PreviousCode int    `xml:"previousState>code"`
	Previous     string `xml:"previousState>name"`
}

// shuttingDown is the code of the instance state of that name.
const shuttingDown = 32

// terminateInstances ends instances at once; EC2 would describe them as
// terminated for about an hour.
func (m *Model) terminateInstances(r wire.Request, q query) ([]element, error) {
	ids := q.list("InstanceId")
	if len(ids) == 0 {
		return nil, wire.Errorf("MissingParameter", "The request must contain the parameter InstanceId")
	}
	for _, id := range ids {
		if _, ok := m.Instance(r.Place(), id); !ok {
			return nil, wire.Errorf("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
		}
	}
	if err := q.dryRun(); err != nil {
		return nil, err
	}
	var changes []stateChangeItem
	for _, id := range ids {
		m.Terminate(r.Place(), id, r.Now)
		changes = append(changes, stateChangeItem{ID: id, CurrentCode: shuttingDown, Current: "shutting-down", PreviousCode: running, Previous: "running"})
	}
	return []element{listElement("instancesSet", changes)}, nil
}

// getConsoleOutput returns the serial console, in base64 as EC2 does.
func (m *Model) getConsoleOutput(r wire.Request, q query) ([]element, error) {
	id := q.form.Get("InstanceId")
	if _, ok := m.Instance(r.Place(), id); !ok || r.Missing {
		return nil, wire.Errorf("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
	}
	return []element{
		textElement("instanceId", id), textElement("timestamp", r.Now.UTC().Format(time.RFC3339)),
		textElement("output", base64.StdEncoding.EncodeToString([]byte(m.machines.Console(r.Place(), id)))),
	}, nil
}
