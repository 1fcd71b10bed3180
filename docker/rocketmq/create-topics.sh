#!/bin/sh
# Creates the topics of TOPICS that are not there, and waits until the name server knows them. Those that are there stay as they are,
# so that it can run as often as you like.
set -eu

admin() {
  java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
    -Drmq.logback.configurationFile=/etc/rocketmq/logback.xml -cp "$ROCKETMQ_HOME/lib/*" \
    org.apache.rocketmq.tools.command.MQAdminStartup "$@" --namesrvAddr "$NAMESRV_ADDR"
}

# The tool ends with 0 also where it fails: only the list tells.
is_there() {
  topics=$(admin topicList)
  echo "$topics" | grep -qxF "$1"
}

for topic in $TOPICS; do
  tries=0
  until is_there "$topic"; do
    if [ "$tries" -ge 10 ]; then
      echo "Topic $topic could not be created." >&2
      exit 1
    fi
    tries=$((tries + 1))
    # A broker that has just started may not have told the name server yet.
    [ "$tries" -eq 1 ] || sleep 3
    admin updateTopic --clusterName "$CLUSTER" --topic "$topic" \
      --readQueueNums "$QUEUES" --writeQueueNums "$QUEUES" --attributes +message.type=NORMAL
  done
  echo "Topic $topic is there."
done
