/** What the README says a user needs; the contract runs with nothing else. */
export const LEAST_PRIVILEGES =
  "+info +time +get +mget +exists +getrange +strlen +set +unlink +del " +
  "+pexpire +persist +rename +zadd +zrem +zcard +zrange +zrangebylex +zrandmember +hget +hmget +hscan +hset +hdel +hincrby " +
  "+xadd +xrange +xread +eval +evalsha +scan";
