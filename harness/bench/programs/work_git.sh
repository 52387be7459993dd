#!/bin/sh
# A repository is made, changed, packed and read.  work_git.sh FILES COMMITS
# Few processes that are not git's: starting one costs more than malloc does.
set -e
rm -rf repository
git init -q -b main repository
cd repository
mkdir d0 d1 d2 d3 d4 d5 d6 d7 d8 d9

awk -v files="$1" 'BEGIN {
  for (i = 0; i < files; i++) {
    file = "d" i % 10 "/f" i
    for (j = 0; j < 300 + i % 50; j++)
      print "file", i, "line", j, i * i * j >file
    close(file)
  }
}'
git add .
git commit -q -m start

commit=0
while [ $commit -lt "$2" ]; do
  seq $((commit * 50)) 3 $((60000 + commit * 70)) >big
  seq $commit >d$((commit % 10))/f$commit
  git add .
  git commit -q -m "change $commit"
  commit=$((commit + 1))
done
git repack -q -a -d -f --depth=50 --window=50
git log --stat | cksum
git log -p --patience | cksum
git log -p --stat -M -C --find-copies-harder | cksum
git blame big | cksum
